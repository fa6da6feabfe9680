using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc
{
    /// <summary>
    /// Tells by way of a journal: each is on disk before it is sent, and stays there until the server has acknowledged it.
    /// They are sent one at a time, in their order.
    /// </summary>
    public sealed class JournaledTells : IDisposable
    {
        private readonly ExperimentServiceClient service;
        private readonly TellJournal journal;
        private readonly SemaphoreSlim turn = new SemaphoreSlim(1, 1);

        /// <summary>Tells to a service by way of a journal, which is disposed of with this.</summary>
        public JournaledTells(ExperimentServiceClient service, TellJournal journal)
        {
            this.service = service;
            this.journal = journal;
        }

        /// <summary>Tells that have not been acknowledged, oldest first.</summary>
        public IReadOnlyList<JournaledTell> Waiting
        {
            get { return journal.Waiting; }
        }

        /// <summary>Tells responses, after those that wait from earlier.</summary>
        /// <exception cref="TellWaitingException">No server has taken it; it is on disk and need not be told again.</exception>
        /// <exception cref="AepsychException">The server has refused it; it is not kept.</exception>
        public async Task<TellResponse> TellAsync(
            TellRequest request, TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken))
        {
            TellRequest identified = ExperimentServiceClient.Identified(request);
            JournaledTell entry = journal.Append(identified);
            try
            {
                await turn.WaitAsync(cancellation).ConfigureAwait(false);
                try
                {
                    await SendEarlierAsync(entry, timeout, cancellation).ConfigureAwait(false);
                    TellResponse response = await service.TellAsync(identified, timeout, cancellation).ConfigureAwait(false);
                    journal.Settle(entry);
                    return response;
                }
                catch (AepsychException error) when (error.IsRefusal)
                {
                    journal.Settle(entry);
                    throw;
                }
                finally
                {
                    turn.Release();
                }
            }
            catch (AepsychException error) when (!error.IsRefusal)
            {
                throw new TellWaitingException(error);
            }
        }

        /// <summary>Sends all that waits; done when a program starts, and when the server is there again.</summary>
        /// <returns>Those that the server has refused, with its reasons; they are in the journal's `.refused` file.</returns>
        /// <exception cref="AepsychException">No server has taken all of it; the rest still waits.</exception>
        public async Task<IReadOnlyList<RefusedTell>> ResendAsync(
            TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken))
        {
            await turn.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await SendEarlierAsync(null, timeout, cancellation).ConfigureAwait(false);
            }
            finally
            {
                turn.Release();
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            journal.Dispose();
        }

        private async Task<IReadOnlyList<RefusedTell>> SendEarlierAsync(
            JournaledTell than, TimeSpan? timeout, CancellationToken cancellation)
        {
            var refused = new List<RefusedTell>();
            foreach (JournaledTell entry in journal.Waiting)
            {
                if (entry == than)
                {
                    break;
                }
                TellRequest request = entry.Request.Clone();
                request.AskNext = null; // nobody awaits that trial any more; one that was asked is pending at the server
                try
                {
                    await service.TellAsync(request, timeout, cancellation).ConfigureAwait(false);
                    journal.Settle(entry);
                }
                catch (AepsychException error) when (error.IsRefusal)
                {
                    journal.Refuse(entry);
                    refused.Add(new RefusedTell(request, error));
                }
            }
            return refused;
        }
    }

    /// <summary>A Tell that was refused when it was sent again.</summary>
    public sealed class RefusedTell
    {
        internal RefusedTell(TellRequest request, AepsychException error)
        {
            Request = request;
            Error = error;
        }

        /// <summary>What was told.</summary>
        public TellRequest Request { get; }

        /// <summary>Why the server does not take it.</summary>
        public AepsychException Error { get; }
    }

    /// <summary>
    /// No server has acknowledged a Tell, which is in the journal. Don't tell it again: it is sent before the next Tell, by
    /// <see cref="JournaledTells.ResendAsync"/>, and when the program starts anew.
    /// </summary>
    public sealed class TellWaitingException : AepsychException
    {
        internal TellWaitingException(AepsychException cause)
            : base(cause.Code, cause.Message, cause.Reason, cause.Violations, cause.Metadata, cause)
        {
        }
    }
}
