using System;
using System.Globalization;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc.Journal
{
    /// <summary>
    /// Tells responses from number FIRST to number LAST by way of a journal, and prints each number once it is safe: the
    /// server has it, or the journal. It is killed meanwhile, and its server too.
    /// </summary>
    /// <code>journal.exe http://HOST:PORT JOURNAL EXPERIMENT FIRST LAST</code>
    public static class Program
    {
        public static void Main(string[] arguments)
        {
            var retries = new Retries { Attempts = 2, FirstContact = TimeSpan.FromMilliseconds(200) };
            var options = new ClientOptions { JournalPath = arguments[1], Retries = retries };
            using (var client = new AepsychClient(arguments[0], options))
            {
                Run(client, arguments[2], Number(arguments[3]), Number(arguments[4])).GetAwaiter().GetResult();
            }
        }

        private static async Task Run(AepsychClient client, string experimentId, int first, int last)
        {
            for (int number = first; number <= last; number++)
            {
                var observation = new Observation
                {
                    ObservationId = "response-" + number,
                    Stimuli = { Stimuli.Of("contrast", number / 1000.0) },
                    Outcomes = { { "response", Values.Of(number % 2) } },
                };
                try
                {
                    await client.TellAsync(new TellRequest { ExperimentId = experimentId, Observations = { observation } });
                }
                catch (TellWaitingException)
                {
                    Console.Error.WriteLine($"{client.Waiting.Count} are waiting");
                }
                Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));
            }
            while (client.Waiting.Count > 0)
            {
                try
                {
                    await client.ResendAsync();
                }
                catch (AepsychException)
                {
                    await Task.Delay(100);
                }
            }
        }

        private static int Number(string text)
        {
            return int.Parse(text, CultureInfo.InvariantCulture);
        }
    }
}
