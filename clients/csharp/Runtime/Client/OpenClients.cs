using System.Collections.Generic;

namespace AepsychGrpc
{
    /// <summary>
    /// The clients that are open, so that all can be closed at once: Unity's editor freezes when it reloads scripts while
    /// connections are open.
    /// </summary>
    public static class OpenClients
    {
        private static readonly HashSet<AepsychClient> All = new HashSet<AepsychClient>();

        /// <summary>Closes all clients. Calls that are under way are cancelled; journals keep what was not acknowledged.</summary>
        public static void CloseAll()
        {
            AepsychClient[] open;
            lock (All)
            {
                open = new AepsychClient[All.Count];
                All.CopyTo(open);
            }
            foreach (AepsychClient client in open)
            {
                client.Dispose();
            }
        }

        internal static void Add(AepsychClient client)
        {
            lock (All)
            {
                All.Add(client);
            }
        }

        internal static void Remove(AepsychClient client)
        {
            lock (All)
            {
                All.Remove(client);
            }
        }
    }
}
