using System;
using System.Collections.Generic;
using NUnit.Framework;

namespace AepsychGrpc.Tests
{
    public class FramesTests
    {
        [Test]
        public void FramesAreFoundHoweverTheBytesCome([Values(1, 3, 7, 5000, 100000)] int step)
        {
            var stream = new List<byte>();
            foreach (int length in new[] { 0, 1, 5000, 70000 })
            {
                stream.AddRange(GrpcWebFrames.Frame(Filled(length)));
            }
            var frames = new GrpcWebFrames();
            var lengths = new List<int>();
            for (int start = 0; start < stream.Count; start += step)
            {
                byte[] part = stream.GetRange(start, Math.Min(step, stream.Count - start)).ToArray();
                frames.Add(part, part.Length);
                byte flags;
                byte[] payload;
                while (frames.Next(out flags, out payload))
                {
                    Assert.That(payload, Is.EqualTo(Filled(payload.Length)));
                    lengths.Add(payload.Length);
                }
            }
            Assert.That(lengths, Is.EqualTo(new[] { 0, 1, 5000, 70000 }));
            Assert.That(frames.HasRest, Is.False);
        }

        [Test]
        public void APartOfAFrameIsARest()
        {
            var frames = new GrpcWebFrames();
            frames.Add(GrpcWebFrames.Frame(Filled(10)), 14);
            byte flags;
            byte[] payload;
            Assert.That(frames.Next(out flags, out payload), Is.False);
            Assert.That(frames.HasRest, Is.True);
        }

        [Test]
        public void OtherBytesAreNoFrames()
        {
            var frames = new GrpcWebFrames();
            frames.Add(System.Text.Encoding.ASCII.GetBytes("<html>"), 6);
            byte flags;
            byte[] payload;
            Assert.Throws<HttpFailedException>(() => frames.Next(out flags, out payload));
        }

        private static byte[] Filled(int length)
        {
            var data = new byte[length];
            for (int i = 0; i < length; i++)
            {
                data[i] = (byte)i;
            }
            return data;
        }
    }
}
