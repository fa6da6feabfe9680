using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc
{
    /// <summary>
    /// Runs an experiment to its end: ask, show, respond, tell, and again. All that it calls, and its events, run in the
    /// synchronization context in which it was started: in Unity on the main thread.
    ///
    /// While no server answers, the participant's response is kept and told again; the next trial comes when it is there.
    /// </summary>
    public sealed class ExperimentRunner
    {
        private readonly AepsychClient client;
        private readonly ExperimentSession experiment;
        private readonly Func<Trial, CancellationToken, Task<Answer>> show;
        private TaskCompletionSource<bool> resumed;

        /// <summary>A runner of an experiment.</summary>
        /// <param name="show">Shows a trial and returns the participant's response.</param>
        public ExperimentRunner(
            AepsychClient client, ExperimentSession experiment, Func<Trial, CancellationToken, Task<Answer>> show)
        {
            this.client = client;
            this.experiment = experiment;
            this.show = show;
        }

        /// <summary>A trial is about to be shown.</summary>
        public event Action<Trial> TrialStarting;

        /// <summary>A response was recorded.</summary>
        public event Action<Trial, Answer> TrialTold;

        /// <summary>No server answers; the call is made again after the pause that is given.</summary>
        public event Action<AepsychException, TimeSpan> ServerMissing;

        /// <summary>How long to wait for a server that does not answer, before each further try.</summary>
        public TimeSpan PauseWithoutServer { get; set; } = TimeSpan.FromSeconds(2);

        /// <summary>Whether no further trial is shown for now.</summary>
        public bool IsPaused
        {
            get { return resumed != null; }
        }

        /// <summary>Shows no further trial until <see cref="Resume"/>. The one that is being shown is still told.</summary>
        public void Pause()
        {
            resumed = resumed ?? new TaskCompletionSource<bool>();
        }

        /// <summary>Goes on after <see cref="Pause"/>.</summary>
        public void Resume()
        {
            TaskCompletionSource<bool> waiting = resumed;
            resumed = null;
            waiting?.TrySetResult(true);
        }

        /// <summary>
        /// Runs until nothing is left to ask, beginning with trials that still await a response.
        /// </summary>
        /// <exception cref="OperationCanceledException">
        /// It was cancelled. The experiment is not finished: another run goes on with it.
        /// </exception>
        /// <exception cref="AepsychException">The server refuses a call.</exception>
        public async Task RunAsync(CancellationToken cancellation = default(CancellationToken))
        {
            await UntilAnswered(() => client.ResendAsync(null, cancellation), cancellation);
            var next = new Queue<Trial>(await UntilAnswered(() => experiment.PendingAsync(cancellation), cancellation));
            while (true)
            {
                Trial trial = next.Count > 0 ? next.Dequeue() : await AskAsync(cancellation);
                if (trial == null)
                {
                    return;
                }
                await UntilResumed(cancellation);
                TrialStarting?.Invoke(trial);
                Answer answer = await show(trial, cancellation);
                next = new Queue<Trial>(await TellAsync(trial, answer, next, cancellation));
                TrialTold?.Invoke(trial, answer);
            }
        }

        private async Task<Trial> AskAsync(CancellationToken cancellation)
        {
            var request = new AskRequest { ExperimentId = experiment.ExperimentId, RequestId = Ids.New() };
            IReadOnlyList<Trial> trials = await UntilAnswered(() => experiment.AskAsync(request, cancellation), cancellation);
            return trials.Count == 0 ? null : trials[0];
        }

        /// <summary>Tells a response, and returns the trials that are known to be next.</summary>
        private async Task<IEnumerable<Trial>> TellAsync(
            Trial trial, Answer answer, IReadOnlyCollection<Trial> next, CancellationToken cancellation)
        {
            try
            {
                if (next.Count > 0)
                {
                    await UntilAnswered(() => experiment.TellAsync(trial, answer, cancellation), cancellation);
                    return next;
                }
                Trial following = await UntilAnswered(
                    () => experiment.TellAndAskAsync(trial, answer, cancellation), cancellation);
                return following == null ? new Trial[0] : new[] { following };
            }
            catch (TellWaitingException error)
            {
                await PauseAsync(error, cancellation);
            }
            IReadOnlyList<RefusedTell> refused = await UntilAnswered(() => client.ResendAsync(null, cancellation), cancellation);
            if (refused.Count > 0)
            {
                throw refused[refused.Count - 1].Error;
            }
            // The lost answer may have brought a trial, which nobody has seen yet.
            return await UntilAnswered(() => experiment.PendingAsync(cancellation), cancellation);
        }

        /// <summary>
        /// Makes a call again until a server answers: it is recognised by its ids, so that it takes effect once. A response
        /// that is in the journal is left there.
        /// </summary>
        private async Task<T> UntilAnswered<T>(Func<Task<T>> call, CancellationToken cancellation)
        {
            while (true)
            {
                try
                {
                    return await call();
                }
                catch (AepsychException error) when (IsMissingServer(error) && !(error is TellWaitingException))
                {
                    await PauseAsync(error, cancellation);
                }
            }
        }

        private Task PauseAsync(AepsychException error, CancellationToken cancellation)
        {
            ServerMissing?.Invoke(error, PauseWithoutServer);
            return Task.Delay(PauseWithoutServer, cancellation);
        }

        private static bool IsMissingServer(AepsychException error)
        {
            return Retries.Helps(error) || error.Code == StatusCode.DeadlineExceeded;
        }

        private async Task UntilResumed(CancellationToken cancellation)
        {
            while (resumed != null)
            {
                Task waiting = resumed.Task;
                using (var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
                {
                    await Task.WhenAny(waiting, Task.Delay(Timeout.Infinite, stopped.Token));
                    stopped.Cancel();
                }
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}
