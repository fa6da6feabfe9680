using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc
{
    /// <summary>
    /// An experiment on a server: asks, tells, questions. Made by <see cref="AepsychClient.SetupAsync"/> and
    /// <see cref="AepsychClient.OpenAsync"/>. Whatever is not here is in <see cref="AepsychClient.Service"/>.
    /// </summary>
    public sealed class ExperimentSession
    {
        private readonly AepsychClient client;

        internal ExperimentSession(AepsychClient client, string experimentId, ExperimentConfig config)
        {
            this.client = client;
            ExperimentId = experimentId;
            Config = config;
        }

        /// <summary>Id of the experiment; with it another program can go on.</summary>
        public string ExperimentId { get; }

        /// <summary>The config as the server understands it, with every default filled in.</summary>
        public ExperimentConfig Config { get; }

        /// <summary>Asks for the next trial; null when nothing is left to ask.</summary>
        /// <exception cref="AepsychException">The call failed.</exception>
        public async Task<Trial> AskAsync(CancellationToken cancellation = default(CancellationToken))
        {
            IReadOnlyList<Trial> trials = await AskAsync(1, null, cancellation).ConfigureAwait(false);
            return trials.Count == 0 ? null : trials[0];
        }

        /// <summary>Asks for several trials that are run before any of them is told; none when nothing is left to ask.</summary>
        /// <param name="hold">Values that the stimuli must have; the rest is chosen.</param>
        /// <exception cref="AepsychException">The call failed.</exception>
        public async Task<IReadOnlyList<Trial>> AskAsync(
            int count, Stimulus hold = null, CancellationToken cancellation = default(CancellationToken))
        {
            var request = new AskRequest { ExperimentId = ExperimentId, Count = count };
            if (hold != null)
            {
                request.FixedParameters.Add(hold.Values);
            }
            return await AskAsync(request, cancellation).ConfigureAwait(false);
        }

        /// <summary>Asks as given; the same request with its id can be asked again, and has the same answer.</summary>
        internal async Task<IReadOnlyList<Trial>> AskAsync(AskRequest request, CancellationToken cancellation)
        {
            try
            {
                return (await client.Service.AskAsync(request, null, cancellation).ConfigureAwait(false)).Trials;
            }
            catch (AepsychException error) when (error.Reason == ErrorReason.ExperimentFinished)
            {
                return new Trial[0];
            }
        }

        /// <summary>Tells the response to a trial. What was acknowledged is on the server's disk.</summary>
        /// <exception cref="TellWaitingException">No server has taken it; it is in the journal and need not be told again.</exception>
        /// <exception cref="AepsychException">The call failed.</exception>
        public Task<TellResponse> TellAsync(
            Trial trial, Answer answer, CancellationToken cancellation = default(CancellationToken))
        {
            return client.TellAsync(RequestOf(ObservationOf(trial, answer)), null, cancellation);
        }

        /// <summary>Tells the response to a stimulus that was not asked.</summary>
        /// <exception cref="TellWaitingException">No server has taken it; it is in the journal and need not be told again.</exception>
        /// <exception cref="AepsychException">The call failed.</exception>
        public Task<TellResponse> TellAsync(
            Stimulus shown, Answer answer, CancellationToken cancellation = default(CancellationToken))
        {
            Observation observation = answer.ToObservation(Config.Outcomes);
            observation.Stimuli.Add(shown);
            return client.TellAsync(RequestOf(observation), null, cancellation);
        }

        /// <summary>Tells the response to a trial and asks for the next in one round trip; null when nothing is left to ask.</summary>
        /// <exception cref="TellWaitingException">No server has taken it; it is in the journal and need not be told again.</exception>
        /// <exception cref="AepsychException">The call failed.</exception>
        public async Task<Trial> TellAndAskAsync(
            Trial trial, Answer answer, CancellationToken cancellation = default(CancellationToken))
        {
            TellRequest request = RequestOf(ObservationOf(trial, answer));
            request.AskNext = new AskNext();
            TellResponse response = await client.TellAsync(request, null, cancellation).ConfigureAwait(false);
            return response.NextTrials.Count == 0 ? null : response.NextTrials[0];
        }

        /// <summary>Where the experiment stands.</summary>
        /// <exception cref="AepsychException">The call failed.</exception>
        public async Task<V1.Experiment> StateAsync(CancellationToken cancellation = default(CancellationToken))
        {
            var request = new GetExperimentRequest { ExperimentId = ExperimentId };
            return (await client.Service.GetExperimentAsync(request, null, cancellation).ConfigureAwait(false)).Experiment;
        }

        /// <summary>All trials with their responses, in order of their numbers.</summary>
        /// <exception cref="AepsychException">The call failed.</exception>
        public async Task<IReadOnlyList<Trial>> TrialsAsync(CancellationToken cancellation = default(CancellationToken))
        {
            var trials = new List<Trial>();
            var request = new ListTrialsRequest { ExperimentId = ExperimentId };
            do
            {
                ListTrialsResponse page = await client.Service.ListTrialsAsync(request, null, cancellation).ConfigureAwait(false);
                trials.AddRange(page.Trials);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            return trials;
        }

        /// <summary>The trials that await a response, as a program finds them that goes on with an experiment.</summary>
        /// <exception cref="AepsychException">The call failed.</exception>
        public async Task<IReadOnlyList<Trial>> PendingAsync(CancellationToken cancellation = default(CancellationToken))
        {
            if ((await StateAsync(cancellation).ConfigureAwait(false)).PendingCount == 0)
            {
                return new Trial[0];
            }
            var pending = new List<Trial>(await TrialsAsync(cancellation).ConfigureAwait(false));
            pending.RemoveAll(trial => trial.State != TrialState.Pending);
            return pending;
        }

        /// <summary>The response that is expected at stimuli, in their order.</summary>
        /// <exception cref="AepsychException">The call failed.</exception>
        public async Task<IReadOnlyList<Estimate>> PredictAsync(
            IEnumerable<Stimulus> stimuli, ResponseScale scale = ResponseScale.Unspecified,
            CancellationToken cancellation = default(CancellationToken))
        {
            var request = new QueryRequest
            {
                ExperimentId = ExperimentId, Prediction = new PredictionQuery(), ResponseScale = scale,
            };
            request.Prediction.Stimuli.Add(stimuli);
            QueryResponse response = await client.Service.QueryAsync(request, null, cancellation).ConfigureAwait(false);
            return response.Prediction.Responses;
        }

        /// <summary>The threshold along the intensity parameter, for each setting of the others.</summary>
        /// <param name="contexts">Settings of the other parameters. Default: a grid over them.</param>
        /// <exception cref="AepsychException">The call failed.</exception>
        public async Task<IReadOnlyList<ThresholdPoint>> ThresholdAsync(
            IEnumerable<Stimulus> contexts = null, CancellationToken cancellation = default(CancellationToken))
        {
            var request = new QueryRequest { ExperimentId = ExperimentId, ThresholdContour = new ThresholdContourQuery() };
            if (contexts != null)
            {
                request.ThresholdContour.Contexts.Add(contexts);
            }
            QueryResponse response = await client.Service.QueryAsync(request, null, cancellation).ConfigureAwait(false);
            return response.ThresholdContour.Points;
        }

        /// <summary>Ends the experiment. Responses to trials that were asked already are still taken.</summary>
        /// <exception cref="AepsychException">The call failed.</exception>
        public async Task<V1.Experiment> FinishAsync(
            string reason = "", CancellationToken cancellation = default(CancellationToken))
        {
            var request = new FinishExperimentRequest { ExperimentId = ExperimentId, Reason = reason };
            return (await client.Service.FinishExperimentAsync(request, null, cancellation).ConfigureAwait(false)).Experiment;
        }

        private Observation ObservationOf(Trial trial, Answer answer)
        {
            Observation observation = answer.ToObservation(Config.Outcomes);
            observation.TrialId = trial.TrialId;
            return observation;
        }

        private TellRequest RequestOf(Observation observation)
        {
            return new TellRequest { ExperimentId = ExperimentId, Observations = { observation } };
        }
    }
}
