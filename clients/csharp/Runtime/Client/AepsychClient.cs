using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc
{
    /// <summary>
    /// A client of a server. One serves a whole program, from any thread. In Unity every client is closed when scripts are
    /// reloaded, play mode is left or the player quits.
    /// </summary>
    public sealed class AepsychClient : IDisposable
    {
        private readonly ICalls calls;
        private readonly JournaledTells journaled;

        /// <summary>A client of the server whose HTTP port is at an address, such as http://localhost:50052.</summary>
        /// <exception cref="System.IO.IOException">Another program has the journal open.</exception>
        public AepsychClient(string address = "http://localhost:50052", ClientOptions options = null)
        {
            options = options ?? new ClientOptions();
            calls = options.Calls ?? new GrpcWebCalls(
                new Uri(address), options.Http ?? new HttpClientHttp(), options.Timeout, options.Retries, options.Token);
            Service = new ExperimentServiceClient(calls);
            if (!string.IsNullOrEmpty(options.JournalPath))
            {
                journaled = new JournaledTells(Service, new TellJournal(options.JournalPath));
            }
            OpenClients.Add(this);
        }

        /// <summary>Every call of the contract, with its own messages.</summary>
        public ExperimentServiceClient Service { get; }

        /// <summary>Tells that wait for a server in the journal.</summary>
        public IReadOnlyList<JournaledTell> Waiting
        {
            get { return journaled == null ? new JournaledTell[0] : journaled.Waiting; }
        }

        /// <summary>Sets up an experiment.</summary>
        /// <exception cref="AepsychException">The config is not valid; Violations lists every mistake.</exception>
        public async Task<ExperimentSession> SetupAsync(
            ExperimentConfig config, string participantId = "", CancellationToken cancellation = default(CancellationToken))
        {
            var request = new SetupRequest { Config = config, ParticipantId = participantId };
            SetupResponse response = await Service.SetupAsync(request, null, cancellation).ConfigureAwait(false);
            return new ExperimentSession(this, response.ExperimentId, response.Config);
        }

        /// <summary>Goes on with an experiment that was set up earlier, by this program or another.</summary>
        /// <exception cref="AepsychException">There is none of this id.</exception>
        public async Task<ExperimentSession> OpenAsync(
            string experimentId, CancellationToken cancellation = default(CancellationToken))
        {
            var request = new GetExperimentRequest { ExperimentId = experimentId };
            GetExperimentResponse response = await Service.GetExperimentAsync(request, null, cancellation).ConfigureAwait(false);
            return new ExperimentSession(this, experimentId, response.Experiment.Config);
        }

        /// <summary>Tells responses; by way of the journal, if there is one.</summary>
        /// <exception cref="TellWaitingException">No server has taken it; it is in the journal and need not be told again.</exception>
        /// <exception cref="AepsychException">The call failed.</exception>
        public Task<TellResponse> TellAsync(
            TellRequest request, TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken))
        {
            return journaled == null
                ? Service.TellAsync(request, timeout, cancellation)
                : journaled.TellAsync(request, timeout, cancellation);
        }

        /// <summary>Sends what waits in the journal, if there is one; done when a program starts.</summary>
        /// <returns>Those that the server has refused; they are in the journal's `.refused` file.</returns>
        /// <exception cref="AepsychException">No server has taken all of it; the rest still waits.</exception>
        public async Task<IReadOnlyList<RefusedTell>> ResendAsync(
            TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken))
        {
            return journaled == null
                ? new RefusedTell[0]
                : await journaled.ResendAsync(timeout, cancellation).ConfigureAwait(false);
        }

        /// <summary>Cancels all calls and closes the journal. What was not acknowledged is sent when it is opened again.</summary>
        public void Dispose()
        {
            OpenClients.Remove(this);
            calls.Dispose();
            journaled?.Dispose();
        }
    }
}
