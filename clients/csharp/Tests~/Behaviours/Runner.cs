using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading.Tasks;

namespace AepsychGrpc.Conformance
{
    /// <summary>
    /// Puts a client through the behaviours that every client must show, against a live server; tests/clients/README.md
    /// describes the protocol.
    /// </summary>
    public static class Runner
    {
        /// <summary>Runs all behaviours, or those that are named after the address; returns the exit code.</summary>
        public static async Task<int> Run(string[] arguments, Func<ClientOptions> options)
        {
            if (arguments.Length == 0)
            {
                Console.Error.WriteLine("usage: conformance.exe http://HOST:PORT [BEHAVIOUR ...]");
                return 2;
            }
            CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = new CultureInfo("de-DE"); // writes 0,5
            Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });
            var wanted = new HashSet<string>(arguments);
            wanted.Remove(arguments[0]);
            bool good = true;
            using (var client = new AepsychClient(arguments[0], options()))
            {
                foreach (KeyValuePair<string, Func<Task>> behaviour in new Behaviours(client, options).All())
                {
                    if (wanted.Count == 0 || wanted.Contains(behaviour.Key))
                    {
                        string why = await WhyNot(behaviour.Value);
                        Console.WriteLine(behaviour.Key + (why == null ? " ok" : " FAILED " + why));
                        good = good && why == null;
                    }
                }
            }
            return good ? 0 : 1;
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
