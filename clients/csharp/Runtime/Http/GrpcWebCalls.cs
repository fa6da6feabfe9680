using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;

namespace AepsychGrpc
{
    /// <summary>
    /// Carries calls by gRPC-Web over HTTP/1.1, with deadlines, and sends them again where that helps. May be used from
    /// several threads.
    /// </summary>
    public sealed class GrpcWebCalls : ICalls
    {
        private const string ContentType = "application/grpc-web+proto";

        private static readonly TimeSpan ShortestAttempt = TimeSpan.FromMilliseconds(1);

        private readonly Uri server;
        private readonly IHttp http;
        private readonly TimeSpan timeout;
        private readonly Retries retries;
        private readonly string token;
        private readonly CancellationTokenSource closing = new CancellationTokenSource();
        private volatile bool reached;

        /// <summary>Calls to a server.</summary>
        /// <param name="server">Address of its HTTP port, such as http://localhost:50052.</param>
        /// <param name="http">Sends the requests; disposed of with this.</param>
        /// <param name="timeout">How long calls wait unless they say otherwise.</param>
        /// <param name="retries">When they are sent again.</param>
        /// <param name="token">The token that the server wants, if it does.</param>
        public GrpcWebCalls(Uri server, IHttp http, TimeSpan timeout, Retries retries, string token = null)
        {
            this.server = server;
            this.http = http;
            this.timeout = timeout;
            this.retries = retries;
            this.token = token;
        }

        /// <inheritdoc/>
        public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
            CallMethod<TRequest, TResponse> method, TRequest request, TimeSpan? timeout, CancellationToken cancellation)
            where TRequest : class, IMessage<TRequest>
            where TResponse : class, IMessage<TResponse>
        {
            byte[] body = GrpcWebFrames.Frame(request.ToByteArray());
            TimeSpan whole = timeout ?? this.timeout;
            Stopwatch watch = Stopwatch.StartNew();
            for (int k = 0; ; k++)
            {
                TimeSpan left = whole - watch.Elapsed;
                TimeSpan pause;
                try
                {
                    TResponse answer = null;
                    await SendAsync(
                        method, body, left < ShortestAttempt ? ShortestAttempt : left, message => answer = message,
                        cancellation).ConfigureAwait(false);
                    return answer ?? throw new AepsychException(StatusCode.Internal, $"{server} answers without a message.");
                }
                catch (AepsychException error) when (Retries.Helps(error) && k + 1 < retries.Attempts)
                {
                    pause = retries.Pause(k);
                    TimeSpan patience = reached || whole < retries.FirstContact ? whole : retries.FirstContact;
                    if (watch.Elapsed + pause >= patience)
                    {
                        throw;
                    }
                }
                await PauseAsync(pause, cancellation).ConfigureAwait(false);
            }
        }

        /// <inheritdoc/>
        public async Task StreamAsync<TRequest, TResponse>(
            CallMethod<TRequest, TResponse> method, TRequest request, Action<TResponse> each, TimeSpan? timeout,
            CancellationToken cancellation)
            where TRequest : class, IMessage<TRequest>
            where TResponse : class, IMessage<TResponse>
        {
            byte[] body = GrpcWebFrames.Frame(request.ToByteArray());
            using (var delivery = new Delivery<TResponse>(each, cancellation))
            {
                try
                {
                    await SendAsync(method, body, timeout, delivery.Take, delivery.Cancellation).ConfigureAwait(false);
                }
                finally
                {
                    delivery.ThrowIfFailed();
                }
                await delivery.DoneAsync().ConfigureAwait(false);
            }
        }

        /// <summary>Cancels all calls.</summary>
        public void Dispose()
        {
            closing.Cancel();
            http.Dispose();
        }

        private async Task SendAsync<TRequest, TResponse>(
            CallMethod<TRequest, TResponse> method, byte[] body, TimeSpan? left, Action<TResponse> each,
            CancellationToken cancellation)
            where TRequest : class, IMessage<TRequest>
            where TResponse : class, IMessage<TResponse>
        {
            if (closing.IsCancellationRequested)
            {
                throw new ObjectDisposedException(nameof(GrpcWebCalls), $"The client of {server} is closed.");
            }
            var receiver = new GrpcWebReceiver<TResponse>(method.Parser, each);
            var post = new HttpPost(new Uri(server, method.Path), ContentType, Headers(left), body);
            using (var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, closing.Token))
            {
                if (left.HasValue)
                {
                    stopping.CancelAfter(left.Value);
                }
                try
                {
                    await http.PostAsync(post, receiver, stopping.Token).ConfigureAwait(false);
                }
                catch (HttpFailedException error)
                {
                    throw new AepsychException(
                        StatusCode.Unavailable,
                        $"No server answers at {server} ({error.Message}) Start one with `aepsych-grpc serve`, or give "
                        + "the address that it prints for HTTP.",
                        error);
                }
                catch (OperationCanceledException error)
                {
                    cancellation.ThrowIfCancellationRequested();
                    closing.Token.ThrowIfCancellationRequested();
                    throw new AepsychException(
                        StatusCode.DeadlineExceeded,
                        $"{server} has not answered in time. Whether the call took effect is not known; it can be sent again.",
                        error);
                }
            }
            reached = reached || receiver.IsOfService;
            AepsychException failure = receiver.Failure(server);
            if (failure != null)
            {
                throw failure;
            }
        }

        private async Task PauseAsync(TimeSpan pause, CancellationToken cancellation)
        {
            using (var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, closing.Token))
            {
                await Task.Delay(pause, stopping.Token).ConfigureAwait(false);
            }
        }

        private IReadOnlyDictionary<string, string> Headers(TimeSpan? left)
        {
            var headers = new Dictionary<string, string> { { "X-Grpc-Web", "1" } };
            if (left.HasValue)
            {
                // At most eight digits are allowed: more than a day, in milliseconds.
                double milliseconds = Math.Min(Math.Ceiling(left.Value.TotalMilliseconds), 99999999);
                headers["grpc-timeout"] = milliseconds.ToString("F0", CultureInfo.InvariantCulture) + "m";
            }
            if (!string.IsNullOrEmpty(token))
            {
                headers["Authorization"] = "Bearer " + token;
            }
            return headers;
        }
    }
}
