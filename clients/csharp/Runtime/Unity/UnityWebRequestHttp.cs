#if UNITY_5_3_OR_NEWER
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using UnityEngine.Networking;

namespace AepsychGrpc
{
    /// <summary>
    /// HTTP by UnityWebRequest, for platforms whose proxies or certificates HttpClient does not know. Must be made on the main
    /// thread; may be used from any. Answers are handed over on the main thread.
    /// </summary>
    public sealed class UnityWebRequestHttp : IHttp
    {
        private readonly SynchronizationContext mainThread;
        private readonly Func<CertificateHandler> certificates;

        /// <summary>HTTP by UnityWebRequest.</summary>
        /// <param name="certificates">Makes what says whether a certificate is trusted. Default: the platform does.</param>
        public UnityWebRequestHttp(Func<CertificateHandler> certificates = null)
        {
            mainThread = SynchronizationContext.Current
                ?? throw new InvalidOperationException("UnityWebRequestHttp must be made on Unity's main thread.");
            this.certificates = certificates;
        }

        /// <inheritdoc/>
        public Task PostAsync(HttpPost post, IHttpReceiver receiver, CancellationToken cancellation)
        {
            var done = new TaskCompletionSource<bool>();
            if (SynchronizationContext.Current == mainThread)
            {
                Send(post, receiver, cancellation, done);
            }
            else
            {
                mainThread.Post(_ => Send(post, receiver, cancellation, done), null);
            }
            return done.Task;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
        }

        private void Send(
            HttpPost post, IHttpReceiver receiver, CancellationToken cancellation, TaskCompletionSource<bool> done)
        {
            if (cancellation.IsCancellationRequested)
            {
                done.TrySetCanceled();
                return;
            }
            var request = new UnityWebRequest(post.Address, UnityWebRequest.kHttpVerbPOST);
            var handler = new ReceivingHandler(request, receiver);
            request.uploadHandler = new UploadHandlerRaw(post.Body) { contentType = post.ContentType };
            request.downloadHandler = handler;
            request.certificateHandler = certificates?.Invoke();
            request.SetRequestHeader("Content-Type", post.ContentType);
            foreach (KeyValuePair<string, string> header in post.Headers)
            {
                request.SetRequestHeader(header.Key, header.Value);
            }
            bool over = false;
            CancellationTokenRegistration registration = cancellation.Register(
                () => mainThread.Post(
                    _ =>
                    {
                        if (!over)
                        {
                            request.Abort();
                        }
                    },
                    null));
            request.SendWebRequest().completed += _ =>
            {
                over = true;
                registration.Dispose();
                End(request, handler, cancellation, done);
                request.Dispose();
            };
        }

        private static void End(
            UnityWebRequest request, ReceivingHandler handler, CancellationToken cancellation, TaskCompletionSource<bool> done)
        {
            bool isWhole = string.IsNullOrEmpty(request.error) || (request.responseCode >= 400 && handler.Failure == null);
            if (cancellation.IsCancellationRequested)
            {
                done.TrySetCanceled();
            }
            else if (handler.Failure != null)
            {
                done.TrySetException(handler.Failure);
            }
            else if (request.responseCode == 0 || !isWhole)
            {
                done.TrySetException(new HttpFailedException(request.error));
            }
            else
            {
                handler.GiveHead();
                done.TrySetResult(true);
            }
        }

        /// <summary>Hands over an answer as it comes.</summary>
        private sealed class ReceivingHandler : DownloadHandlerScript
        {
            private readonly UnityWebRequest request;
            private readonly IHttpReceiver receiver;
            private bool hasHead;

            public ReceivingHandler(UnityWebRequest request, IHttpReceiver receiver)
                : base(new byte[16 * 1024])
            {
                this.request = request;
                this.receiver = receiver;
            }

            /// <summary>What the receiver has thrown, if it has.</summary>
            public Exception Failure { get; private set; }

            public void GiveHead()
            {
                if (hasHead)
                {
                    return;
                }
                hasHead = true;
                var headers = new Dictionary<string, string>();
                foreach (KeyValuePair<string, string> header in request.GetResponseHeaders() ?? new Dictionary<string, string>())
                {
                    headers[header.Key.ToLowerInvariant()] = header.Value;
                }
                receiver.Head((int)request.responseCode, headers);
            }

            protected override bool ReceiveData(byte[] data, int dataLength)
            {
                try
                {
                    GiveHead();
                    receiver.Part(data, dataLength);
                    return true;
                }
                catch (Exception error)
                {
                    Failure = error;
                    return false; // ends the request
                }
            }
        }
    }
}
#endif
