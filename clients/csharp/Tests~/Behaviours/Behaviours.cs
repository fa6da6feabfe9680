using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace AepsychGrpc.Conformance
{
    /// <summary>All behaviours, by name and in order.</summary>
    internal sealed partial class Behaviours
    {
        private readonly AepsychClient client;
        private readonly Func<ClientOptions> optionsOfRunner;

        public Behaviours(AepsychClient client, Func<ClientOptions> options)
        {
            this.client = client;
            optionsOfRunner = options;
        }

        public IEnumerable<KeyValuePair<string, Func<Task>>> All()
        {
            yield return Named("server_info", ServerInfo);
            yield return Named("setup", Setup);
            yield return Named("setup_twice", SetupTwice);
            yield return Named("setup_refused", SetupRefused);
            yield return Named("ask", Ask);
            yield return Named("ask_again", AskAgain);
            yield return Named("ask_batch", AskBatch);
            yield return Named("ask_fixed", AskFixed);
            yield return Named("tell", Tell);
            yield return Named("tell_again", TellAgain);
            yield return Named("tell_conflict", TellConflict);
            yield return Named("tell_refused", TellRefused);
            yield return Named("tell_and_ask", TellAndAsk);
            yield return Named("unsolicited", Unsolicited);
            yield return Named("excluded", Excluded);
            yield return Named("pairwise", Pairwise);
            yield return Named("unicode", Unicode);
            yield return Named("several_outcomes", SeveralOutcomes);
            yield return Named("query_prediction", QueryPrediction);
            yield return Named("query_threshold", QueryThreshold);
            yield return Named("not_found", NotFound);
            yield return Named("finish", Finish);
            yield return Named("reconnect", Reconnect);
            yield return Named("deadline", Deadline);
            yield return Named("big_batch", BigBatch);
        }

        private static KeyValuePair<string, Func<Task>> Named(string name, Func<Task> behaviour)
        {
            return new KeyValuePair<string, Func<Task>>(name, behaviour);
        }
    }
}
