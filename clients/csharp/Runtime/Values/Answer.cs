using System;
using System.Collections.Generic;
using AepsychGrpc.V1;
using Google.Protobuf.WellKnownTypes;

namespace AepsychGrpc
{
    /// <summary>
    /// A participant's response. A bool, a number or a position is one by itself:
    /// <code>await experiment.TellAsync(trial, seen);</code>
    /// Several outcomes are named: <c>Answer.Of("detected", 1).And("confidence", 3)</c>.
    /// </summary>
    public sealed class Answer
    {
        private readonly Dictionary<string, Value> named = new Dictionary<string, Value>();
        private Value only;

        private Answer()
        {
        }

        /// <summary>How long the participant took.</summary>
        public TimeSpan? ResponseTime { get; set; }

        /// <summary>Keep it, but do not learn from it.</summary>
        public bool ExcludeFromModel { get; set; }

        /// <summary>Anything to keep with it.</summary>
        public Struct Metadata { get; set; }

        /// <summary>Yes or no, right or wrong.</summary>
        public static implicit operator Answer(bool outcome)
        {
            return new Answer { only = Values.Of(outcome ? 1 : 0) };
        }

        /// <summary>A level, a count or the position of the chosen stimulus.</summary>
        public static implicit operator Answer(int outcome)
        {
            return new Answer { only = Values.Of(outcome) };
        }

        /// <summary>A number.</summary>
        public static implicit operator Answer(double outcome)
        {
            return new Answer { only = Values.Of(outcome) };
        }

        /// <summary>A response by the name of its outcome.</summary>
        public static Answer Of(string outcome, double value)
        {
            return new Answer().And(outcome, value);
        }

        /// <summary>Adds another outcome.</summary>
        public Answer And(string outcome, double value)
        {
            named[outcome] = Values.Of(value);
            return this;
        }

        /// <summary>Adds a note to keep with it.</summary>
        public Answer Note(string name, string text)
        {
            Metadata = Metadata ?? new Struct();
            Metadata.Fields[name] = Values.Of(text);
            return this;
        }

        /// <summary>The observation to tell, without what it is about.</summary>
        /// <exception cref="ArgumentException">One value, but the experiment has several outcomes.</exception>
        internal Observation ToObservation(IList<Outcome> outcomes)
        {
            var observation = new Observation { ExcludeFromModel = ExcludeFromModel };
            if (only == null)
            {
                observation.Outcomes.Add(named);
            }
            else if (outcomes.Count == 1)
            {
                observation.Outcomes[outcomes[0].Name] = only;
            }
            else
            {
                throw new ArgumentException(
                    $"The experiment has {outcomes.Count} outcomes; name each: Answer.Of(\"{outcomes[0].Name}\", ...).And(...).");
            }
            if (ResponseTime.HasValue)
            {
                observation.ResponseTime = Duration.FromTimeSpan(ResponseTime.Value);
            }
            if (Metadata != null)
            {
                observation.Metadata = Metadata;
            }
            return observation;
        }
    }
}
