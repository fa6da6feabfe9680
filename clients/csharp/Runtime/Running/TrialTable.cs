using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using AepsychGrpc.V1;
using Google.Protobuf.WellKnownTypes;

namespace AepsychGrpc
{
    /// <summary>
    /// A CSV file with a row for each response, written as they are told: a copy on the rig's own disk, of what the server has in
    /// its database. Numbers are written with a point, whatever the machine's language.
    /// </summary>
    public sealed class TrialTable : IDisposable
    {
        private readonly string experimentId;
        private readonly IReadOnlyList<string> parameters;
        private readonly IReadOnlyList<string> outcomes;
        private readonly int stimuli;
        private readonly StreamWriter writer;

        /// <summary>A table in a file; rows are added to those that are there.</summary>
        /// <exception cref="IOException">The file can't be written, or its columns are those of another study.</exception>
        public TrialTable(string path, ExperimentSession experiment)
        {
            experimentId = experiment.ExperimentId;
            parameters = experiment.Config.Parameters.Select(parameter => parameter.Name).ToList();
            outcomes = experiment.Config.Outcomes.Select(outcome => outcome.Name).ToList();
            stimuli = Math.Max(1, experiment.Config.StimuliPerTrial);
            string head = Line(Columns());
            bool isNew = !File.Exists(path) || new FileInfo(path).Length == 0;
            if (!isNew && File.ReadLines(path).First() != head)
            {
                throw new IOException($"{path} is the table of another study, with other columns; name another file.");
            }
            writer = new StreamWriter(path, true, new UTF8Encoding(false)) { AutoFlush = true };
            if (isNew)
            {
                writer.WriteLine(head);
            }
        }

        /// <summary>Adds a response.</summary>
        public void Add(Trial trial, Answer answer)
        {
            Observation observation = answer.ToObservation(outcomes.Select(name => new Outcome { Name = name }).ToList());
            writer.WriteLine(Line(Cells(trial, observation)));
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            writer.Dispose();
        }

        private static string Line(IEnumerable<string> cells)
        {
            return string.Join(",", cells.Select(Quoted));
        }

        private static string Quoted(string cell)
        {
            return cell.IndexOfAny(new[] { ',', '"', '\n', '\r' }) < 0 ? cell : "\"" + cell.Replace("\"", "\"\"") + "\"";
        }

        private static string Text(IDictionary<string, Value> values, string name)
        {
            Value value;
            if (!values.TryGetValue(name, out value))
            {
                return "";
            }
            switch (value.KindCase)
            {
                case Value.KindOneofCase.StringValue: return value.StringValue;
                case Value.KindOneofCase.BoolValue: return value.BoolValue ? "true" : "false";
                default: return Text(Values.Number(value));
            }
        }

        private static string Text(double number)
        {
            return number.ToString("R", CultureInfo.InvariantCulture);
        }

        private IEnumerable<string> Columns()
        {
            yield return "experiment_id";
            yield return "trial_id";
            for (int i = 1; i <= stimuli; i++)
            {
                foreach (string parameter in parameters)
                {
                    yield return stimuli == 1 ? parameter : $"{parameter}_{i}";
                }
            }
            foreach (string outcome in outcomes)
            {
                yield return outcome;
            }
            yield return "response_time";
            yield return "source";
            yield return "strategy";
            yield return "exclude_from_model";
            yield return "tell_time";
        }

        private IEnumerable<string> Cells(Trial trial, Observation observation)
        {
            yield return experimentId;
            yield return trial.TrialId.ToString(CultureInfo.InvariantCulture);
            foreach (Stimulus stimulus in trial.Stimuli)
            {
                foreach (string parameter in parameters)
                {
                    yield return Text(stimulus.Values, parameter);
                }
            }
            foreach (string outcome in outcomes)
            {
                yield return Text(observation.Outcomes, outcome);
            }
            yield return observation.ResponseTime == null ? "" : Text(observation.ResponseTime.ToTimeSpan().TotalSeconds);
            yield return EnumNames.Name(trial.Source).ToLowerInvariant();
            yield return trial.Strategy;
            yield return observation.ExcludeFromModel ? "true" : "false";
            yield return DateTime.UtcNow.ToString("o", CultureInfo.InvariantCulture);
        }
    }
}
