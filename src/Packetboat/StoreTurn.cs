using Packetboat.Storage.Sqlite;

namespace Packetboat;

/// <summary>The store belongs to one process at a time, and a command has it for a moment only: who comes meanwhile waits for his turn.</summary>
internal static class StoreTurn
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <param name="open">Opens it, or fails with <see cref="StoreInUseException"/>; done again until it does something else.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="StoreInUseException">It is in use for longer than any command.</exception>
    public static async Task<T> WaitAsync<T>(Func<Task<T>> open, TimeProvider time, CancellationToken ct)
    {
        long begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await open();
            }
            catch (StoreInUseException) when (time.GetElapsedTime(begun) < Patience)
            {
                await Task.Delay(Pause, time, ct);
            }
        }
    }
}
