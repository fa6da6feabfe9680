using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace AepsychGrpc
{
    /// <summary>
    /// A file of records that only grows, but for being emptied. Each record has its length and a checksum: a last one that was
    /// cut off, by a crash or a power failure, was never promised to be there, and is dropped.
    /// </summary>
    internal sealed class JournalFile : IDisposable
    {
        private static readonly byte[] Magic = Encoding.ASCII.GetBytes("AEPTELL1");

        private readonly FileStream file;

        /// <summary>Opens or makes a file. No other program may have it open meanwhile.</summary>
        /// <exception cref="IOException">It is open elsewhere, or can't be read.</exception>
        /// <exception cref="InvalidDataException">It is another kind of file.</exception>
        public JournalFile(string path)
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try
            {
                Records = ReadAll(path);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }

        /// <summary>The records that were there when it was opened.</summary>
        public IReadOnlyList<byte[]> Records { get; }

        /// <summary>Appends a record; it is on disk afterwards.</summary>
        /// <exception cref="IOException">It could not be written. The file is as it was.</exception>
        public void Append(byte[] record)
        {
            long before = file.Length;
            file.Position = before;
            try
            {
                Write(BitConverter.GetBytes(record.Length));
                Write(BitConverter.GetBytes(Crc32.Of(record)));
                Write(record);
                file.Flush(true);
            }
            catch (IOException)
            {
                file.SetLength(before);
                throw;
            }
        }

        /// <summary>Drops all records.</summary>
        public void Clear()
        {
            file.SetLength(Magic.Length);
            file.Flush(true);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            file.Dispose();
        }

        private IReadOnlyList<byte[]> ReadAll(string path)
        {
            var records = new List<byte[]>();
            var magic = new byte[Magic.Length];
            int read = Fill(magic);
            for (int i = 0; i < read; i++)
            {
                if (magic[i] != Magic[i])
                {
                    throw new InvalidDataException($"{path} is no journal of responses; name another file.");
                }
            }
            if (read < Magic.Length)
            {
                file.SetLength(0);
                Write(Magic);
                file.Flush(true);
                return records;
            }
            long whole = file.Position;
            var head = new byte[8];
            while (Fill(head) == head.Length)
            {
                int length = BitConverter.ToInt32(head, 0);
                if (length < 0 || length > file.Length - file.Position)
                {
                    break;
                }
                var record = new byte[length];
                if (Fill(record) < length || Crc32.Of(record) != BitConverter.ToUInt32(head, 4))
                {
                    break;
                }
                records.Add(record);
                whole = file.Position;
            }
            file.SetLength(whole);
            return records;
        }

        private int Fill(byte[] buffer)
        {
            int count = 0;
            int read;
            while (count < buffer.Length && (read = file.Read(buffer, count, buffer.Length - count)) > 0)
            {
                count += read;
            }
            return count;
        }

        private void Write(byte[] data)
        {
            file.Write(data, 0, data.Length);
        }
    }
}
