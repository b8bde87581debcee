using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>Which servers of other domains have had TLS.</summary>
public sealed partial class LocalOperations
{
    public Task<IReadOnlyList<TlsHostRow>> ListTlsHostsAsync(int limit, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<TlsHostRow>>([
            .. sendMail
                .ListTls(Math.Clamp(limit, 1, MaxTraces))
                .Select(habit => new TlsHostRow(habit.Host, habit.First, habit.Last)),
        ]);

    public async Task<Result<Done>> ForgetTlsHostAsync(string host, string reason, CancellationToken ct)
    {
        string name = Protocol.PrintableText.Of(host, 255);
        if (!await sendMail.ForgetTlsAsync(host, ct))
            return new Refusal(name, "nothing is known of the TLS of that server", "See: packetboat tls list");
        await NoteAsync("tls forget", name, reason, ct);
        return new Done($"{name} may be without TLS again");
    }
}
