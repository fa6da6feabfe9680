using System;

namespace AepsychGrpc
{
    /// <summary>How a client reaches its server. What is left out has good defaults.</summary>
    public sealed class ClientOptions
    {
        /// <summary>The token that the server wants, if it was started with --token-file.</summary>
        public string Token { get; set; }

        /// <summary>How long each call waits unless it says otherwise, re-sending included.</summary>
        public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

        /// <summary>When calls are sent again.</summary>
        public Retries Retries { get; set; } = new Retries();

        /// <summary>
        /// File in which responses are kept until the server has acknowledged them. Without one, a response that no server
        /// takes is the program's to keep.
        /// </summary>
        public string JournalPath { get; set; }

        /// <summary>
        /// Sends the HTTP requests. Default: HttpClient, in Unity too; UnityWebRequestHttp is there for platforms where that
        /// does not suit.
        /// </summary>
        public IHttp Http { get; set; }

        /// <summary>Carries the calls, by another way than HTTP/1.1; the options above but JournalPath are its own matter then.</summary>
        public ICalls Calls { get; set; }
    }
}
