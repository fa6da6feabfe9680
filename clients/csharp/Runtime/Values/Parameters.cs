using System.Collections.Generic;
using AepsychGrpc.V1;

namespace AepsychGrpc
{
    /// <summary>The parameters of a study, in a line each.</summary>
    public static class Parameters
    {
        /// <summary>A real number in an interval.</summary>
        /// <param name="logScale">Equal ratios instead of equal differences count as equally far.</param>
        public static Parameter Continuous(string name, double lower, double upper, bool logScale = false, string unit = "")
        {
            var kind = new ContinuousParameter { LowerBound = lower, UpperBound = upper, LogScale = logScale };
            return new Parameter { Name = name, Unit = unit, Continuous = kind };
        }

        /// <summary>A whole number in an interval.</summary>
        /// <param name="logScale">Equal ratios instead of equal differences count as equally far.</param>
        public static Parameter Integer(string name, int lower, int upper, bool logScale = false, string unit = "")
        {
            var kind = new IntegerParameter { LowerBound = lower, UpperBound = upper, LogScale = logScale };
            return new Parameter { Name = name, Unit = unit, Integer = kind };
        }

        /// <summary>One of a list of numbers, such as the levels that an apparatus can show.</summary>
        public static Parameter Discrete(string name, IEnumerable<double> values, bool logScale = false, string unit = "")
        {
            var kind = new DiscreteParameter { LogScale = logScale };
            kind.Values.Add(values);
            return new Parameter { Name = name, Unit = unit, Discrete = kind };
        }

        /// <summary>One of several named choices.</summary>
        public static Parameter Categorical(string name, params string[] choices)
        {
            var kind = new CategoricalParameter();
            kind.Choices.Add(choices);
            return new Parameter { Name = name, Categorical = kind };
        }

        /// <summary>Yes or no.</summary>
        public static Parameter Binary(string name)
        {
            return new Parameter { Name = name, Binary = new BinaryParameter() };
        }
    }
}
