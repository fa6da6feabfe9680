namespace AepsychGrpc
{
    /// <summary>The checksum of zip and PNG (polynomial 0xEDB88320).</summary>
    internal static class Crc32
    {
        public static uint Of(byte[] data)
        {
            uint sum = 0xFFFFFFFF;
            foreach (byte item in data)
            {
                sum ^= item;
                for (int bit = 0; bit < 8; bit++)
                {
                    sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB88320;
                }
            }
            return ~sum;
        }
    }
}
