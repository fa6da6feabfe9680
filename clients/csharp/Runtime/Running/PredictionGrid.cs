using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc
{
    /// <summary>The response that is expected all over two continuous parameters, for pictures.</summary>
    public sealed class PredictionGrid
    {
        private PredictionGrid(int columns, int rows, double[] means)
        {
            Columns = columns;
            Rows = rows;
            Means = means;
        }

        /// <summary>Number of values of the first parameter.</summary>
        public int Columns { get; }

        /// <summary>Number of values of the second parameter.</summary>
        public int Rows { get; }

        /// <summary>Expected responses, row by row; the first row has the smallest value of the second parameter.</summary>
        public IReadOnlyList<double> Means { get; }

        /// <summary>Asks the model for all points in one call.</summary>
        /// <param name="across">Name of the parameter along a row.</param>
        /// <param name="up">Name of the parameter from row to row.</param>
        /// <param name="others">Values of all other parameters.</param>
        /// <exception cref="ArgumentException">A parameter is not there, or is not continuous.</exception>
        /// <exception cref="AepsychException">The call failed.</exception>
        public static async Task<PredictionGrid> QueryAsync(
            ExperimentSession experiment, string across, string up, int columns = 32, int rows = 32, Stimulus others = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            double[] horizontal = ValuesOf(experiment.Config, across, columns);
            double[] vertical = ValuesOf(experiment.Config, up, rows);
            var stimuli = new List<Stimulus>();
            foreach (double y in vertical)
            {
                foreach (double x in horizontal)
                {
                    stimuli.Add((others == null ? new Stimulus() : others.Clone()).With(across, x).With(up, y));
                }
            }
            IReadOnlyList<Estimate> responses = await experiment
                .PredictAsync(stimuli, ResponseScale.Unspecified, cancellation).ConfigureAwait(false);
            var means = new double[responses.Count];
            for (int i = 0; i < means.Length; i++)
            {
                means[i] = responses[i].Mean;
            }
            return new PredictionGrid(columns, rows, means);
        }

        private static double[] ValuesOf(ExperimentConfig config, string name, int count)
        {
            foreach (Parameter parameter in config.Parameters)
            {
                if (parameter.Name == name && parameter.KindCase == Parameter.KindOneofCase.Continuous)
                {
                    return Spaced(parameter.Continuous, count);
                }
            }
            throw new ArgumentException($"The experiment has no continuous parameter \"{name}\".");
        }

        private static double[] Spaced(ContinuousParameter parameter, int count)
        {
            var values = new double[count];
            for (int i = 0; i < count; i++)
            {
                double share = count == 1 ? 0.5 : (double)i / (count - 1);
                double value = parameter.LogScale
                    ? parameter.LowerBound * Math.Pow(parameter.UpperBound / parameter.LowerBound, share)
                    : parameter.LowerBound + (share * (parameter.UpperBound - parameter.LowerBound));
                values[i] = Math.Min(Math.Max(value, parameter.LowerBound), parameter.UpperBound); // rounding may leave them
            }
            return values;
        }
    }
}
