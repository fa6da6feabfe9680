using System;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using UnityEngine;

namespace AepsychGrpc.Play
{
    /// <summary>Plays a scene with one behaviour until its experiment is finished, as Unity would.</summary>
    /// <code>play.exe BEHAVIOUR http://HOST:PORT</code>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            Type type = Assembly.GetExecutingAssembly().GetType(arguments[0], true);
            var mainThread = new MainThread();
            Task play = mainThread.Begin(() => Play((ExperimentBehaviour)Activator.CreateInstance(type), arguments[1]));
            mainThread.RunUntil(play);
            play.GetAwaiter().GetResult();
            return 0;
        }

        private static async Task<bool> Play(ExperimentBehaviour behaviour, string address)
        {
            const BindingFlags Private = BindingFlags.NonPublic | BindingFlags.Instance;
            typeof(ExperimentBehaviour).GetField("address", Private).SetValue(behaviour, address);
            int thread = Thread.CurrentThread.ManagedThreadId;
            typeof(ExperimentBehaviour).GetMethod("Start", Private).Invoke(behaviour, null);
            while (!behaviour.IsFinished)
            {
                await Task.Delay(50);
            }
            if (Thread.CurrentThread.ManagedThreadId != thread)
            {
                throw new InvalidOperationException("await has left the main thread");
            }
            typeof(ExperimentBehaviour).GetMethod("OnDestroy", Private).Invoke(behaviour, null);
            return true;
        }
    }
}
