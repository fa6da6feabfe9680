// Unity's UnityWebRequest over .NET's: one request, whose callbacks come on the main thread.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;

namespace UnityEngine.Networking
{
    public class CertificateHandler
    {
    }

    public class UploadHandlerRaw
    {
        public UploadHandlerRaw(byte[] data)
        {
            Data = data;
        }

        public string contentType { get; set; }

        internal byte[] Data { get; }
    }

    public class DownloadHandlerScript
    {
        public DownloadHandlerScript(byte[] preallocatedBuffer)
        {
        }

        internal bool Receive(byte[] data, int length)
        {
            return ReceiveData(data, length);
        }

        protected virtual bool ReceiveData(byte[] data, int dataLength)
        {
            return true;
        }
    }

    public sealed class UnityWebRequestAsyncOperation
    {
        public event Action<UnityWebRequestAsyncOperation> completed;

        internal void Complete()
        {
            completed?.Invoke(this);
        }
    }

    public sealed class UnityWebRequest : IDisposable
    {
        public const string kHttpVerbPOST = "POST";

        private readonly HttpWebRequest request;
        private readonly Dictionary<string, string> headers = new Dictionary<string, string>();
        private readonly SynchronizationContext mainThread = SynchronizationContext.Current;

        public UnityWebRequest(Uri uri, string method)
        {
            request = WebRequest.CreateHttp(uri);
            request.Method = method;
            request.ServicePoint.Expect100Continue = false;
            request.ServicePoint.UseNagleAlgorithm = false;
        }

        public UploadHandlerRaw uploadHandler { get; set; }

        public DownloadHandlerScript downloadHandler { get; set; }

        public CertificateHandler certificateHandler { get; set; }

        public string error { get; private set; }

        public long responseCode { get; private set; }

        public void SetRequestHeader(string name, string value)
        {
            if (name == "Content-Type")
            {
                request.ContentType = value;
            }
            else
            {
                request.Headers[name] = value;
            }
        }

        public Dictionary<string, string> GetResponseHeaders()
        {
            return headers;
        }

        public UnityWebRequestAsyncOperation SendWebRequest()
        {
            var operation = new UnityWebRequestAsyncOperation();
            ThreadPool.QueueUserWorkItem(_ =>
            {
                try
                {
                    Exchange();
                }
                catch (Exception failure)
                {
                    error = failure.Message;
                }
                mainThread.Post(__ => operation.Complete(), null);
            });
            return operation;
        }

        public void Abort()
        {
            request.Abort();
        }

        public void Dispose()
        {
        }

        private void Exchange()
        {
            using (Stream body = request.GetRequestStream())
            {
                body.Write(uploadHandler.Data, 0, uploadHandler.Data.Length);
            }
            using (HttpWebResponse response = Response())
            using (Stream body = response.GetResponseStream())
            {
                foreach (string name in response.Headers.AllKeys)
                {
                    headers[name] = response.Headers[name];
                }
                responseCode = (long)response.StatusCode;
                var buffer = new byte[1024];
                int count;
                while ((count = body.Read(buffer, 0, buffer.Length)) > 0)
                {
                    if (!OnMainThread(() => downloadHandler.Receive(buffer, count)))
                    {
                        error = "the handler has ended the request";
                        return;
                    }
                }
            }
        }

        private HttpWebResponse Response()
        {
            try
            {
                return (HttpWebResponse)request.GetResponse();
            }
            catch (WebException failure) when (failure.Response != null)
            {
                error = failure.Message; // as Unity has it for statuses of 400 and above
                return (HttpWebResponse)failure.Response;
            }
        }

        private bool OnMainThread(Func<bool> act)
        {
            bool result = false;
            using (var done = new ManualResetEventSlim())
            {
                mainThread.Post(
                    _ =>
                    {
                        result = act();
                        done.Set();
                    },
                    null);
                done.Wait();
            }
            return result;
        }
    }
}
