#if UNITY_5_3_OR_NEWER
using UnityEngine;

namespace AepsychGrpc
{
    /// <summary>Closes all clients when the player quits.</summary>
    internal static class ClosingAtQuit
    {
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.BeforeSceneLoad)]
        private static void Register()
        {
            Application.quitting -= OpenClients.CloseAll;
            Application.quitting += OpenClients.CloseAll;
        }
    }
}
#endif
