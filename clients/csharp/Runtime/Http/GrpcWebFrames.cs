using System;

namespace AepsychGrpc
{
    /// <summary>Cuts an answer into its frames: a byte of flags, four with the length (the highest first), the payload.</summary>
    internal sealed class GrpcWebFrames
    {
        /// <summary>The flag of the frame with the status, the last one.</summary>
        public const byte Trailers = 0x80;

        private const int HeadLength = 5;

        private byte[] waiting = new byte[4096];
        private int start;
        private int end;

        /// <summary>Whether bytes are left that are not a whole frame.</summary>
        public bool HasRest
        {
            get { return start < end; }
        }

        /// <summary>A message in a frame.</summary>
        public static byte[] Frame(byte[] payload)
        {
            var frame = new byte[HeadLength + payload.Length];
            for (int i = 0; i < 4; i++)
            {
                frame[1 + i] = (byte)(payload.Length >> (24 - (8 * i)));
            }
            Buffer.BlockCopy(payload, 0, frame, HeadLength, payload.Length);
            return frame;
        }

        /// <summary>Takes the next bytes.</summary>
        public void Add(byte[] data, int count)
        {
            if (end + count > waiting.Length)
            {
                byte[] larger = end - start + count > waiting.Length ? new byte[2 * (end - start + count)] : waiting;
                Buffer.BlockCopy(waiting, start, larger, 0, end - start);
                waiting = larger;
                end -= start;
                start = 0;
            }
            Buffer.BlockCopy(data, 0, waiting, end, count);
            end += count;
        }

        /// <summary>Gives the next frame, if all of it has come.</summary>
        /// <exception cref="HttpFailedException">The bytes are no frames.</exception>
        public bool Next(out byte flags, out byte[] payload)
        {
            flags = 0;
            payload = null;
            if (end - start < HeadLength)
            {
                return false;
            }
            flags = waiting[start];
            if ((flags & ~Trailers) != 0)
            {
                throw new HttpFailedException("The answer is compressed or is none of gRPC-Web.");
            }
            long length = ((long)waiting[start + 1] << 24) | ((long)waiting[start + 2] << 16)
                | ((long)waiting[start + 3] << 8) | waiting[start + 4];
            if (end - start - HeadLength < length)
            {
                return false;
            }
            payload = new byte[length];
            Buffer.BlockCopy(waiting, start + HeadLength, payload, 0, (int)length);
            start += HeadLength + (int)length;
            return true;
        }
    }
}
