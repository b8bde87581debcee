using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>How far providers have come to know the addresses that our mail leaves from.</summary>
public sealed partial class LocalOperations
{
    public Task<IReadOnlyList<WarmUpRow>> ListWarmUpsAsync(int limit, CancellationToken ct) =>
        Task.FromResult(sendMail.ListWarmUps(Math.Clamp(limit, 1, MaxTraces)));

    public async Task<Result<Done>> ForgetWarmUpsAsync(string address, string reason, CancellationToken ct)
    {
        string name = Protocol.PrintableText.Of(address, 255);
        if (!await sendMail.ForgetWarmUpsAsync(address, ct))
            return new Refusal(name, "no mail is known to have left from that address", "See: packetboat warmup list");
        await NoteAsync("warmup forget", name, reason, ct);
        return new Done($"{name} is new to all providers");
    }
}
