using System.Text;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Joining;

/// <summary>One message through the new relay, followed until it is clear what becomes of it.</summary>
internal sealed class TestMessage(IOperations operations, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until mail leaves by the hub: a server that runs looks at changed settings by and by.</summary>
    /// <returns>Whether it does.</returns>
    public async Task<bool> RelayIsInForceAsync(JoinAnswer relay, string recipient, CancellationToken ct)
    {
        string route = $"relay {relay.Server}:{relay.Port}";
        return await UntilAsync(
            async stop =>
                (await operations.ExplainAsync(recipient, sender: null, account: null, stop)).Value is { } explained
                && explained.Route == route
                && explained.Security.EndsWith($" as {relay.Account}", StringComparison.Ordinal),
            ct
        );
    }

    public Task<Result<Submitted>> SendAsync(JoinAnswer relay, string recipient, CancellationToken ct) =>
        operations.SubmitAsync(
            new Submission(relay.Sender, [recipient], Environment.UserName),
            new MemoryStream(Encoding.UTF8.GetBytes(Text(relay, recipient))),
            ct
        );

    /// <summary>Its story, when it was delivered or returned, or an attempt has failed, or patience has ended.</summary>
    public async Task<Result<MessageTrace>> FollowAsync(string id, CancellationToken ct)
    {
        await UntilAsync(
            async stop =>
                (await operations.ShowAsync(id, stop)).Value is not { } trace
                || trace.Recipients.All(row => row.State != "sending" && (row.State != "waiting" || row.Attempts > 0))
                || (await operations.StatusAsync(stop)).Routes.Any(trouble => trouble.IsParked),
            ct
        );
        return await operations.ShowAsync(id, ct);
    }

    private async Task<bool> UntilAsync(Func<CancellationToken, Task<bool>> isSo, CancellationToken ct)
    {
        long begun = time.GetTimestamp();
        while (!await isSo(ct))
        {
            if (time.GetElapsedTime(begun) > Patience)
                return false;
            await Task.Delay(Pause, time, ct);
        }

        return true;
    }

    private static string Text(JoinAnswer relay, string recipient) =>
        $"""
            From: <{relay.Sender}>
            To: <{recipient}>
            Subject: Test message of {relay.Account} through {relay.Server}

            This message was sent by packetboat join, to see whether mail of {relay.Account} leaves through {relay.Server}. It does.

            """;
}
