using System.Collections.Generic;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc.Conformance
{
    /// <summary>The studies that the behaviours set up.</summary>
    internal static class Studies
    {
        /// <summary>A yes/no study of contrast, with so many Sobol trials before those of a model.</summary>
        public static ExperimentConfig YesNo(int sobol = 20)
        {
            return new ExperimentConfig
            {
                Name = "conformance",
                IntensityParameter = "contrast",
                Parameters =
                {
                    Parameters.Continuous("contrast", 0.01, 1, logScale: true),
                    Parameters.Continuous("frequency", 0.5, 16, unit: "cycles/degree"),
                },
                Strategies =
                {
                    Sobol(sobol),
                    new Strategy { Model = new Component { Name = "gp_classification" }, Stopping = new Stopping { MinAsks = 30 } },
                },
            };
        }

        public static Strategy Sobol(int asks)
        {
            return new Strategy { Generator = new Component { Name = "sobol" }, Stopping = new Stopping { MinAsks = asks } };
        }

        public static Stimulus Stimulus(double contrast, double frequency)
        {
            return Stimuli.Of("contrast", contrast).With("frequency", frequency);
        }

        /// <summary>Tells 24 responses of a participant who sees contrasts above .1.</summary>
        public static async Task Teach(AepsychClient client, ExperimentSession experiment)
        {
            var request = new TellRequest { ExperimentId = experiment.ExperimentId };
            for (int i = 0; i < 24; i++)
            {
                double contrast = 0.012 * System.Math.Pow(1.2, i);
                request.Observations.Add(Told(Stimulus(contrast, 1 + (i % 5)), contrast > 0.1 ? 1 : 0));
            }
            await client.TellAsync(request);
        }

        /// <summary>An observation of a stimulus that was not asked.</summary>
        public static Observation Told(Stimulus stimulus, double response)
        {
            return new Observation { Stimuli = { stimulus }, Outcomes = { { "response", Values.Of(response) } } };
        }
    }
}
