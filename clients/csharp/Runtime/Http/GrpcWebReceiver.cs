using System;
using System.Collections.Generic;
using Google.Protobuf;
using Google.Rpc;

namespace AepsychGrpc
{
    /// <summary>Makes messages and the status of a call out of an HTTP answer.</summary>
    internal sealed class GrpcWebReceiver<TResponse> : IHttpReceiver
        where TResponse : class, IMessage<TResponse>
    {
        private readonly MessageParser<TResponse> parser;
        private readonly Action<TResponse> each;
        private readonly GrpcWebFrames frames = new GrpcWebFrames();
        private Status status;
        private int httpStatus;
        private string contentType = "";

        public GrpcWebReceiver(MessageParser<TResponse> parser, Action<TResponse> each)
        {
            this.parser = parser;
            this.each = each;
        }

        /// <summary>Whether the answer is one of the service.</summary>
        public bool IsOfService
        {
            get { return contentType.StartsWith("application/grpc-web", StringComparison.Ordinal); }
        }

        /// <inheritdoc/>
        public void Head(int httpStatus, IReadOnlyDictionary<string, string> headers)
        {
            this.httpStatus = httpStatus;
            headers.TryGetValue("content-type", out contentType);
            contentType = contentType ?? "";
            status = GrpcWebStatus.Read(headers);
        }

        /// <inheritdoc/>
        public void Part(byte[] data, int count)
        {
            if (!IsOfService)
            {
                return;
            }
            frames.Add(data, count);
            byte flags;
            byte[] payload;
            while (frames.Next(out flags, out payload))
            {
                if ((flags & GrpcWebFrames.Trailers) != 0)
                {
                    status = GrpcWebStatus.Read(GrpcWebStatus.Trailers(payload)) ?? status;
                }
                else
                {
                    each(parser.ParseFrom(payload));
                }
            }
        }

        /// <summary>The failure that the answer tells of, if it does.</summary>
        public AepsychException Failure(Uri server)
        {
            if (!IsOfService)
            {
                return new AepsychException(
                    GrpcWebStatus.OfHttp(httpStatus),
                    $"{server} answers with HTTP status {httpStatus}, but not as aepsych-grpc does. "
                    + "Is it the address of its HTTP port?");
            }
            if (status == null || frames.HasRest)
            {
                return new AepsychException(StatusCode.Unavailable, $"The answer of {server} broke off.");
            }
            return status.Code == 0 ? null : ErrorDetails.Read(status);
        }
    }
}
