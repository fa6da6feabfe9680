using System;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace AepsychGrpc
{
    /// <summary>
    /// Hands over the answers of a stream in the synchronization context of who called (in Unity: on the main thread), in
    /// their order. When the caller's code throws, the call is cancelled and the exception is the call's.
    /// </summary>
    internal sealed class Delivery<T> : IDisposable
    {
        private readonly Action<T> each;
        private readonly SynchronizationContext context = SynchronizationContext.Current;
        private readonly CancellationTokenSource stopping;
        private Exception failure;
        private volatile bool over;

        public Delivery(Action<T> each, CancellationToken cancellation)
        {
            this.each = each;
            stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        }

        /// <summary>Is cancelled when no more answers are wanted.</summary>
        public CancellationToken Cancellation
        {
            get { return stopping.Token; }
        }

        /// <summary>Takes the next answer.</summary>
        public void Take(T answer)
        {
            if (context == null || context == SynchronizationContext.Current)
            {
                HandOver(answer);
            }
            else
            {
                context.Post(_ => HandOver(answer), null);
            }
        }

        /// <summary>Waits until all answers have been handed over.</summary>
        public async Task DoneAsync()
        {
            if (context != null && context != SynchronizationContext.Current)
            {
                var reached = new TaskCompletionSource<bool>();
                context.Post(_ => reached.TrySetResult(true), null);
                await reached.Task.ConfigureAwait(false);
            }
            ThrowIfFailed();
        }

        /// <summary>Throws what the caller's code has thrown.</summary>
        public void ThrowIfFailed()
        {
            if (failure != null)
            {
                ExceptionDispatchInfo.Capture(failure).Throw();
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            over = true; // answers that are still on their way are dropped
            stopping.Dispose();
        }

        private void HandOver(T answer)
        {
            if (over || failure != null || stopping.IsCancellationRequested)
            {
                return;
            }
            try
            {
                each(answer);
            }
            catch (Exception error)
            {
                failure = error;
                stopping.Cancel();
            }
        }
    }
}
