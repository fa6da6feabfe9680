using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Rpc;

namespace AepsychGrpc
{
    /// <summary>Reads how a call ended: from the last frame, or from the headers where there is no frame.</summary>
    internal static class GrpcWebStatus
    {
        private const string Code = "grpc-status";
        private const string Message = "grpc-message";
        private const string Details = "grpc-status-details-bin";

        /// <summary>The names and values in the last frame, names in lower case.</summary>
        public static IReadOnlyDictionary<string, string> Trailers(byte[] payload)
        {
            var trailers = new Dictionary<string, string>();
            foreach (string line in Encoding.UTF8.GetString(payload).Split('\n'))
            {
                int colon = line.IndexOf(':');
                if (colon > 0)
                {
                    trailers[line.Substring(0, colon).Trim().ToLowerInvariant()] = line.Substring(colon + 1).Trim();
                }
            }
            return trailers;
        }

        /// <summary>The status, if there is one.</summary>
        public static Status Read(IReadOnlyDictionary<string, string> trailers)
        {
            string text;
            int code;
            if (!trailers.TryGetValue(Code, out text)
                || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out code))
            {
                return null;
            }
            string details;
            if (trailers.TryGetValue(Details, out details))
            {
                return Status.Parser.ParseFrom(FromBase64(details));
            }
            string message;
            trailers.TryGetValue(Message, out message);
            return new Status { Code = code, Message = Uri.UnescapeDataString(message ?? "") };
        }

        /// <summary>The status that goes with an HTTP status, of whatever stands between here and the server.</summary>
        public static StatusCode OfHttp(int status)
        {
            switch (status)
            {
                case 400: return StatusCode.Internal;
                case 401: return StatusCode.Unauthenticated;
                case 403: return StatusCode.PermissionDenied;
                case 404: return StatusCode.Unimplemented;
                case 429:
                case 502:
                case 503:
                case 504: return StatusCode.Unavailable;
                default: return StatusCode.Unknown;
            }
        }

        private static ByteString FromBase64(string text)
        {
            string unpadded = text.TrimEnd('=');
            return ByteString.FromBase64(unpadded.PadRight((unpadded.Length + 3) / 4 * 4, '='));
        }
    }
}
