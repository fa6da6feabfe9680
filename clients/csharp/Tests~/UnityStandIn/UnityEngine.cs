// Stand-ins for the few things of Unity that the package uses, with Unity's names and signatures: enough to compile the
// package without Unity, and to run its HTTP.
using System;

namespace UnityEngine
{
    public enum RuntimeInitializeLoadType
    {
        AfterSceneLoad,
        BeforeSceneLoad,
    }

    public enum TextureFormat
    {
        RGBA32 = 4,
    }

    public enum FilterMode
    {
        Point,
        Bilinear,
    }

    public enum TextureWrapMode
    {
        Repeat,
        Clamp,
    }

    public class Object
    {
        public static void Destroy(Object item)
        {
        }
    }

    public class Component : Object
    {
        public T GetComponent<T>()
        {
            return default(T);
        }
    }

    public class Behaviour : Component
    {
        public bool enabled { get; set; }
    }

    public class MonoBehaviour : Behaviour
    {
    }

    public sealed class SerializeField : Attribute
    {
    }

    public sealed class TooltipAttribute : Attribute
    {
        public TooltipAttribute(string tooltip)
        {
        }
    }

    public sealed class RuntimeInitializeOnLoadMethodAttribute : Attribute
    {
        public RuntimeInitializeOnLoadMethodAttribute(RuntimeInitializeLoadType loadType)
        {
        }
    }

    public static class Application
    {
        public static event Action quitting;

        public static string persistentDataPath
        {
            get { return "."; }
        }

        public static void Quit()
        {
            quitting?.Invoke();
        }
    }

    public static class Debug
    {
        public static void Log(object message, Object context)
        {
        }

        public static void LogWarning(object message, Object context)
        {
        }

        public static void LogException(Exception exception, Object context)
        {
        }
    }

    public static class Time
    {
        public static float realtimeSinceStartup { get; set; }
    }

    public enum KeyCode
    {
        LeftArrow,
        RightArrow,
    }

    public static class Input
    {
        public static bool GetKeyDown(KeyCode key)
        {
            return false;
        }
    }

    public struct Color
    {
        public Color(float r, float g, float b, float a = 1)
        {
        }

        public static Color Lerp(Color a, Color b, float t)
        {
            return a;
        }
    }

    public class Material : Object
    {
        public Color color { get; set; }

        public Texture mainTexture { get; set; }
    }

    public class Renderer : Component
    {
        public bool enabled { get; set; }

        public Material material { get; set; }
    }

    public class Texture : Object
    {
        public FilterMode filterMode { get; set; }

        public TextureWrapMode wrapMode { get; set; }
    }

    public sealed class Texture2D : Texture
    {
        public Texture2D(int width, int height, TextureFormat format, bool mipChain)
        {
        }

        public void SetPixels(Color[] colors)
        {
        }

        public void Apply()
        {
        }
    }
}
