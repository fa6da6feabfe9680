using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;

namespace AepsychGrpc.Tests
{
    /// <summary>A service of functions, each answering requests of its own type.</summary>
    internal sealed class FakeCalls : ICalls
    {
        private readonly Dictionary<Type, Func<IMessage, IMessage>> answers = new Dictionary<Type, Func<IMessage, IMessage>>();

        public FakeCalls On<TRequest>(Func<TRequest, IMessage> answer)
        {
            answers[typeof(TRequest)] = request => answer((TRequest)request);
            return this;
        }

        public Task<TResponse> UnaryAsync<TRequest, TResponse>(
            CallMethod<TRequest, TResponse> method, TRequest request, TimeSpan? timeout, CancellationToken cancellation)
            where TRequest : class, IMessage<TRequest>
            where TResponse : class, IMessage<TResponse>
        {
            cancellation.ThrowIfCancellationRequested();
            return Task.Run(() => (TResponse)answers[typeof(TRequest)](request));
        }

        public Task StreamAsync<TRequest, TResponse>(
            CallMethod<TRequest, TResponse> method, TRequest request, Action<TResponse> each, TimeSpan? timeout,
            CancellationToken cancellation)
            where TRequest : class, IMessage<TRequest>
            where TResponse : class, IMessage<TResponse>
        {
            throw new NotSupportedException();
        }

        public void Dispose()
        {
        }
    }
}
