using System;
using System.Runtime.InteropServices;

namespace AepsychGrpc.Testing
{
    /// <summary>
    /// The end of a program, at once. By itself Mono's runtime now and then waits for up to a minute for a thread of its own
    /// pool.
    /// </summary>
    internal static class Leave
    {
        public static void With(int exitCode)
        {
            Console.Out.Flush();
            Console.Error.Flush();
            Exit(exitCode);
        }

        [DllImport("libc", EntryPoint = "_exit")]
        private static extern void Exit(int exitCode);
    }
}
