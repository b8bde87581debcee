using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Packetboat.Fuzz;

/// <summary>
/// Instrumented code marks in a map where it has been. Until afl-fuzz lends its own there must be another: the targets run some of that code
/// while they are made.
/// </summary>
internal static class CoverageMap
{
    private const int Size = 64 * 1024;

    public static unsafe void Provide() => Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(Size);
}
