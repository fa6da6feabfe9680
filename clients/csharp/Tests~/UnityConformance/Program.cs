using System.Threading.Tasks;
using UnityEngine;

namespace AepsychGrpc.Conformance
{
    /// <summary>The same behaviours by UnityWebRequest, on a main thread like Unity's.</summary>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            var mainThread = new MainThread();
            Task<int> run = mainThread.Begin(() => Runner.Run(arguments, Options));
            mainThread.RunUntil(run);
            return run.GetAwaiter().GetResult();
        }

        private static ClientOptions Options()
        {
            return new ClientOptions { Http = new UnityWebRequestHttp() };
        }
    }
}
