using System.Diagnostics;
using System.Reflection;

namespace Packetboat.Torture.Shim;

/// <summary>The library that is put between a program and the C library; see <c>faults.c</c>. Compiled where it is used.</summary>
internal static class FaultShim
{
    /// <returns>The library.</returns>
    /// <exception cref="InvalidOperationException">There is no compiler, or it refuses.</exception>
    public static string Compile(string folder)
    {
        string source = Path.Combine(folder, "faults.c");
        string library = Path.Combine(folder, "faults.so");
        using (Stream text = Assembly.GetExecutingAssembly().GetManifestResourceStream("faults.c")!)
        using (FileStream file = File.Create(source))
            text.CopyTo(file);

        using Process compiler =
            Process.Start("clang", ["-Wall", "-Werror", "-O2", "-shared", "-fPIC", "-o", library, source])
            ?? throw new InvalidOperationException("clang cannot be started");
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException("clang does not compile faults.c");
    }
}
