using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace AepsychGrpc
{
    /// <summary>Sends HTTP requests. HttpClient and UnityWebRequest are behind it, or what you have.</summary>
    public interface IHttp : IDisposable
    {
        /// <summary>Posts a body, and hands over the answer as it comes, until it has ended.</summary>
        /// <exception cref="HttpFailedException">No answer came, or not all of it.</exception>
        /// <exception cref="OperationCanceledException">The cancellation was asked for.</exception>
        Task PostAsync(HttpPost post, IHttpReceiver receiver, CancellationToken cancellation);
    }

    /// <summary>Takes an answer: its head, then its parts. One call at a time, on any thread.</summary>
    public interface IHttpReceiver
    {
        /// <summary>Takes the HTTP status and the headers; names are in lower case.</summary>
        void Head(int status, IReadOnlyDictionary<string, string> headers);

        /// <summary>Takes the first bytes of an array, which is used again afterwards.</summary>
        void Part(byte[] data, int count);
    }

    /// <summary>A request.</summary>
    public sealed class HttpPost
    {
        /// <summary>A request with its Content-Type and other headers.</summary>
        public HttpPost(Uri address, string contentType, IReadOnlyDictionary<string, string> headers, byte[] body)
        {
            Address = address;
            ContentType = contentType;
            Headers = headers;
            Body = body;
        }

        /// <summary>Where it goes.</summary>
        public Uri Address { get; }

        /// <summary>Type of the body.</summary>
        public string ContentType { get; }

        /// <summary>Further headers.</summary>
        public IReadOnlyDictionary<string, string> Headers { get; }

        /// <summary>The body.</summary>
        public byte[] Body { get; }
    }

    /// <summary>No answer came, or not all of it.</summary>
    public sealed class HttpFailedException : Exception
    {
        /// <summary>A failure of the network.</summary>
        public HttpFailedException(string message, Exception inner = null)
            : base(message, inner)
        {
        }
    }
}
