using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;

namespace AepsychGrpc.Tests
{
    /// <summary>Answers as it is told to, and keeps what it was sent.</summary>
    internal sealed class FakeHttp : IHttp
    {
        private readonly Queue<Func<IHttpReceiver, CancellationToken, Task>> answers =
            new Queue<Func<IHttpReceiver, CancellationToken, Task>>();

        public List<HttpPost> Posts { get; } = new List<HttpPost>();

        public FakeHttp ThenMessage(IMessage message)
        {
            return Then(receiver =>
            {
                Head(receiver);
                Give(receiver, GrpcWebFrames.Frame(message.ToByteArray()));
                Give(receiver, Trailers("grpc-status: 0\r\n"));
            });
        }

        public FakeHttp ThenTrailers(string lines)
        {
            return Then(receiver =>
            {
                Head(receiver);
                Give(receiver, Trailers(lines));
            });
        }

        public FakeHttp Then(Action<IHttpReceiver> answer)
        {
            answers.Enqueue((receiver, cancellation) =>
            {
                answer(receiver);
                return Task.FromResult(true);
            });
            return this;
        }

        public FakeHttp ThenSilence()
        {
            answers.Enqueue((receiver, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
            return this;
        }

        public FakeHttp ThenNothing()
        {
            return Then(receiver => throw new HttpFailedException("connection refused"));
        }

        public Task PostAsync(HttpPost post, IHttpReceiver receiver, CancellationToken cancellation)
        {
            Posts.Add(post);
            return answers.Dequeue()(receiver, cancellation);
        }

        public void Dispose()
        {
        }

        public static void Head(IHttpReceiver receiver, string contentType = "application/grpc-web+proto", int status = 200)
        {
            receiver.Head(status, new Dictionary<string, string> { { "content-type", contentType } });
        }

        public static void Give(IHttpReceiver receiver, byte[] data)
        {
            receiver.Part(data, data.Length);
        }

        private static byte[] Trailers(string lines)
        {
            byte[] frame = GrpcWebFrames.Frame(System.Text.Encoding.UTF8.GetBytes(lines));
            frame[0] = GrpcWebFrames.Trailers;
            return frame;
        }
    }
}
