using System;
using System.Collections.Generic;
using AepsychGrpc.V1;
using Google.Protobuf;

namespace AepsychGrpc
{
    /// <summary>
    /// The responses that no server has acknowledged yet, on disk. May be used from several threads. The ids that the
    /// server knows observations by are within, so that sending them again is safe. What a server has refused is kept
    /// too, in a second file, `.refused`, for people to look at.
    /// </summary>
    public sealed class TellJournal : IDisposable
    {
        private const byte Told = 1;
        private const byte Settled = 2;

        private readonly object gate = new object();
        private readonly string path;
        private readonly JournalFile file;
        private readonly List<JournaledTell> waiting = new List<JournaledTell>();
        private int count;

        /// <summary>Opens the journal in a file, which is made if it is missing.</summary>
        /// <exception cref="System.IO.IOException">Another program has it open, or it can't be read or written.</exception>
        public TellJournal(string path)
        {
            this.path = path;
            file = new JournalFile(path);
            foreach (byte[] record in file.Records)
            {
                Apply(record);
            }
            if (waiting.Count == 0)
            {
                Clear();
            }
        }

        /// <summary>What has not been acknowledged, oldest first.</summary>
        public IReadOnlyList<JournaledTell> Waiting
        {
            get
            {
                lock (gate)
                {
                    return waiting.ToArray();
                }
            }
        }

        /// <summary>Writes a Tell down; it is on disk afterwards.</summary>
        public JournaledTell Append(TellRequest request)
        {
            lock (gate)
            {
                var entry = new JournaledTell(count, request.Clone());
                file.Append(Record(Told, request.ToByteArray()));
                count++;
                waiting.Add(entry);
                return entry;
            }
        }

        /// <summary>Notes that the server has recorded it, or that the caller knows that it was refused.</summary>
        public void Settle(JournaledTell entry)
        {
            lock (gate)
            {
                if (!waiting.Remove(entry))
                {
                    return;
                }
                if (waiting.Count == 0)
                {
                    Clear();
                }
                else
                {
                    file.Append(Record(Settled, BitConverter.GetBytes(entry.Number)));
                }
            }
        }

        /// <summary>Notes that the server has refused it when it was sent again; keeps it in the file of the refused.</summary>
        public void Refuse(JournaledTell entry)
        {
            lock (gate)
            {
                using (var refused = new JournalFile(path + ".refused"))
                {
                    refused.Append(Record(Told, entry.Request.ToByteArray()));
                }
            }
            Settle(entry);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (gate)
            {
                file.Dispose();
            }
        }

        private static byte[] Record(byte kind, byte[] content)
        {
            var record = new byte[1 + content.Length];
            record[0] = kind;
            Buffer.BlockCopy(content, 0, record, 1, content.Length);
            return record;
        }

        private void Clear()
        {
            file.Clear();
            count = 0;
        }

        private void Apply(byte[] record)
        {
            if (record[0] == Told)
            {
                waiting.Add(new JournaledTell(count, TellRequest.Parser.ParseFrom(record, 1, record.Length - 1)));
                count++;
            }
            else
            {
                int number = BitConverter.ToInt32(record, 1);
                waiting.RemoveAll(entry => entry.Number == number);
            }
        }
    }

    /// <summary>A Tell in the journal.</summary>
    public sealed class JournaledTell
    {
        internal JournaledTell(int number, TellRequest request)
        {
            Number = number;
            Request = request;
        }

        /// <summary>What is told.</summary>
        public TellRequest Request { get; }

        /// <summary>Its place among the Tells of the file.</summary>
        internal int Number { get; }
    }
}
