using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;

namespace UnityEngine
{
    /// <summary>A thread that does what is posted to it, in order, as Unity's main thread does once a frame.</summary>
    public sealed class MainThread : SynchronizationContext
    {
        private readonly BlockingCollection<Action> posted = new BlockingCollection<Action>();

        public override void Post(SendOrPostCallback callback, object state)
        {
            posted.Add(() => callback(state));
        }

        /// <summary>Begins something on this thread, which is the current one.</summary>
        public Task<T> Begin<T>(Func<Task<T>> begin)
        {
            SetSynchronizationContext(this);
            return begin();
        }

        /// <summary>Does what is posted until a task has ended.</summary>
        public void RunUntil(Task end)
        {
            end.ContinueWith(_ => posted.Add(() => { }), TaskScheduler.Default);
            while (!end.IsCompleted)
            {
                posted.Take()();
            }
        }
    }
}
