using System;
using System.Collections.Generic;
using System.Linq;
using AepsychGrpc.V1;
using Google.Protobuf;

namespace AepsychGrpc.Tests
{
    /// <summary>An experiment of so many trials, which recognises what is sent again as a server does.</summary>
    internal sealed class FakeExperiment
    {
        private readonly int trials;
        private readonly List<Trial> asked = new List<Trial>();
        private readonly Dictionary<string, Trial> byRequest = new Dictionary<string, Trial>();
        private int calls;

        public FakeExperiment(int trials)
        {
            this.trials = trials;
            Calls = new FakeCalls()
                .On<GetExperimentRequest>(request => new GetExperimentResponse { Experiment = State() })
                .On<ListTrialsRequest>(request => new ListTrialsResponse { Trials = { asked } })
                .On<AskRequest>(request => Unreliable(Ask(request)))
                .On<TellRequest>(request => Unreliable(Tell(request)));
        }

        public ICalls Calls { get; }

        /// <summary>Whether the answer to call number n, from 1, is lost.</summary>
        public Func<int, bool> Failures { get; set; }

        public AepsychException Refusal { get; set; }

        public int AskCalls { get; private set; }

        public IEnumerable<int> Told
        {
            get { return asked.Where(trial => trial.State == TrialState.Told).Select(trial => trial.TrialId); }
        }

        private IMessage Unreliable(IMessage answer)
        {
            calls++;
            return Failures(calls) ? throw new AepsychException(StatusCode.Unavailable, "gone") : answer;
        }

        private Experiment State()
        {
            return new Experiment
            {
                PendingCount = asked.Count(trial => trial.State == TrialState.Pending),
                Config = new ExperimentConfig
                {
                    Parameters = { Parameters.Continuous("contrast", 0, 1), Parameters.Categorical("shape, of it", "a") },
                    Outcomes = { new Outcome { Name = "response" } },
                },
            };
        }

        private AskResponse Ask(AskRequest request)
        {
            AskCalls++;
            Trial trial = Next(request.RequestId);
            return trial == null ? new AskResponse { Finished = true } : new AskResponse { Trials = { trial } };
        }

        private TellResponse Tell(TellRequest request)
        {
            if (Refusal != null)
            {
                throw Refusal;
            }
            Observation observation = request.Observations[0];
            asked[observation.TrialId - 1].State = TrialState.Told;
            var response = new TellResponse();
            Trial next = request.AskNext == null ? null : Next("after " + observation.TrialId);
            if (next != null)
            {
                response.NextTrials.Add(next);
            }
            return response;
        }

        private Trial Next(string requestId)
        {
            Trial known;
            if (byRequest.TryGetValue(requestId, out known) || asked.Count == trials)
            {
                return known;
            }
            var trial = new Trial
            {
                TrialId = asked.Count + 1,
                Strategy = "first",
                Source = TrialSource.Sobol,
                State = TrialState.Pending,
                Stimuli = { Stimuli.Of("contrast", 0.5).With("shape, of it", "a \"square\"") },
            };
            asked.Add(trial);
            byRequest[requestId] = trial;
            return trial;
        }
    }
}
