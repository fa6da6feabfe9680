using Google.Protobuf;

namespace AepsychGrpc
{
    /// <summary>An RPC: where it is, and how its answers are read.</summary>
    public sealed class CallMethod<TRequest, TResponse>
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        /// <summary>An RPC by its path, "/package.Service/Method".</summary>
        public CallMethod(string path, MessageParser<TResponse> parser)
        {
            Path = path;
            Parser = parser;
        }

        /// <summary>The path, "/package.Service/Method".</summary>
        public string Path { get; }

        /// <summary>Reads answers.</summary>
        public MessageParser<TResponse> Parser { get; }
    }
}
