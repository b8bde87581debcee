namespace Packetboat.Serving;

/// <summary>
/// What waits for a socket goes on where its bytes arrive, on the thread that was told of them, instead of on another one that has to be
/// woken first: that waking was a quarter of a message's cost. The price: nothing on that way may block. Whatever does (key derivations,
/// files, questions to the database) leaves it first. See docs/design/0011.
/// </summary>
internal static class SocketCompletions
{
    private const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Must come before the first socket. An operator's own word in the environment stands.</summary>
    public static void StayInline()
    {
        if (Environment.GetEnvironmentVariable(Switch) is null)
            Environment.SetEnvironmentVariable(Switch, "1");
    }
}
