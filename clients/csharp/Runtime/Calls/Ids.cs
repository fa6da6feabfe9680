using System;

namespace AepsychGrpc
{
    /// <summary>Ids by which the server recognises a call that is sent again.</summary>
    public static class Ids
    {
        /// <summary>A new id.</summary>
        public static string New()
        {
            return Guid.NewGuid().ToString("N");
        }
    }
}
