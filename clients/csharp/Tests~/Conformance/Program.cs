using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading.Tasks;

namespace AepsychGrpc.Conformance
{
    /// <summary>
    /// The behaviours that every client must show, against a live server; tests/clients/README.md describes the protocol.
    /// <code>conformance.exe http://HOST:PORT [BEHAVIOUR ...]</code>
    /// </summary>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            if (arguments.Length == 0)
            {
                Console.Error.WriteLine("usage: conformance.exe http://HOST:PORT [BEHAVIOUR ...]");
                return 2;
            }
            CultureInfo.DefaultThreadCurrentCulture = new CultureInfo("de-DE"); // where 0.5 is written 0,5
            Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });
            var wanted = new HashSet<string>(arguments);
            wanted.Remove(arguments[0]);
            using (var client = new AepsychClient(arguments[0], OptionsOfRunner.Make()))
            {
                return RunAll(new Behaviours(client), wanted).GetAwaiter().GetResult() ? 0 : 1;
            }
        }

        private static async Task<bool> RunAll(Behaviours behaviours, HashSet<string> wanted)
        {
            bool good = true;
            foreach (KeyValuePair<string, Func<Task>> behaviour in behaviours.All())
            {
                if (wanted.Count > 0 && !wanted.Contains(behaviour.Key))
                {
                    continue;
                }
                string why = await WhyNot(behaviour.Value);
                Console.WriteLine(why == null ? behaviour.Key + " ok" : behaviour.Key + " FAILED " + why);
                good = good && why == null;
            }
            return good;
        }

        private static async Task<string> WhyNot(Func<Task> behaviour)
        {
            try
            {
                await behaviour();
                return null;
            }
            catch (Exception error)
            {
                return error.ToString().Replace("\r", " ").Replace("\n", " ");
            }
        }
    }
}
