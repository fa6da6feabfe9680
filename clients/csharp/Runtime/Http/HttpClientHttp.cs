using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace AepsychGrpc
{
    /// <summary>HTTP by .NET's HttpClient: everywhere but in browsers.</summary>
    public sealed class HttpClientHttp : IHttp
    {
        private readonly HttpClient client;

        /// <summary>With a client of its own.</summary>
        public HttpClientHttp()
            : this(new HttpClient())
        {
        }

        /// <summary>With a client as given, such as one with certificates or a proxy. It is disposed of with this.</summary>
        public HttpClientHttp(HttpClient client)
        {
            this.client = client;
            client.Timeout = Timeout.InfiniteTimeSpan; // each call has its own
        }

        /// <inheritdoc/>
        public async Task PostAsync(HttpPost post, IHttpReceiver receiver, CancellationToken cancellation)
        {
            SendAtOnce(post.Address);
            using (HttpRequestMessage request = RequestOf(post))
            {
                try
                {
                    using (HttpResponseMessage response = await client
                        .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false))
                    {
                        receiver.Head((int)response.StatusCode, HeadersOf(response));
                        using (Stream body = await response.Content.ReadAsStreamAsync().ConfigureAwait(false))
                        using (cancellation.Register(body.Dispose)) // old runtimes do not heed it while they read
                        {
                            await ReadAsync(body, receiver, cancellation).ConfigureAwait(false);
                        }
                    }
                }
                catch (Exception error) when (cancellation.IsCancellationRequested)
                {
                    throw new OperationCanceledException(error.Message, error, cancellation);
                }
                catch (Exception error) when (IsOfNetwork(error))
                {
                    throw new HttpFailedException(Innermost(error).Message, error);
                }
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            client.Dispose();
        }

        /// <summary>Keeps old runtimes from waiting to fill packets, or for leave to send the body.</summary>
        private static void SendAtOnce(Uri address)
        {
            ServicePoint point = ServicePointManager.FindServicePoint(address);
            point.UseNagleAlgorithm = false;
            point.Expect100Continue = false;
            point.ConnectionLimit = Math.Max(point.ConnectionLimit, 64);
        }

        private static HttpRequestMessage RequestOf(HttpPost post)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, post.Address)
            {
                Content = new ByteArrayContent(post.Body),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(post.ContentType);
            foreach (KeyValuePair<string, string> header in post.Headers)
            {
                request.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
            return request;
        }

        private static IReadOnlyDictionary<string, string> HeadersOf(HttpResponseMessage response)
        {
            var headers = new Dictionary<string, string>();
            foreach (var header in response.Headers)
            {
                headers[header.Key.ToLowerInvariant()] = string.Join(",", header.Value);
            }
            foreach (var header in response.Content.Headers)
            {
                headers[header.Key.ToLowerInvariant()] = string.Join(",", header.Value);
            }
            return headers;
        }

        private static async Task ReadAsync(Stream body, IHttpReceiver receiver, CancellationToken cancellation)
        {
            var buffer = new byte[16 * 1024];
            while (true)
            {
                int count = await body.ReadAsync(buffer, 0, buffer.Length, cancellation).ConfigureAwait(false);
                if (count == 0)
                {
                    return;
                }
                receiver.Part(buffer, count);
            }
        }

        private static bool IsOfNetwork(Exception error)
        {
            return error is HttpRequestException || error is IOException || error is WebException
                || error is OperationCanceledException || error is ObjectDisposedException;
        }

        private static Exception Innermost(Exception error)
        {
            return error.InnerException == null ? error : Innermost(error.InnerException);
        }
    }
}
