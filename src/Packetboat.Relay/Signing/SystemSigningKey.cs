using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Signing;

/// <summary>
/// The one key of <c>DKIMSign</c>, <c>DKIMDomain</c> and <c>DKIMSelector</c>: <c>dkim_SELECTOR.pem</c> beside the settings, for all mail
/// whoever wrote it, as with Synchronet. A new key or new settings count at once. Without a key mail goes out unsigned, and the log says so.
/// </summary>
public sealed class SystemSigningKey(Func<Settings> settings, MailLog log, TimeProvider time) : ISigningKeys
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private (string Domain, string Selector, string Path) _source;
    private ReloadedFile<Loaded>? _file;
    private string _said = "";

    /// <summary>The key that signs now; null: none.</summary>
    public DkimSigningKey? Key => Current();

    public bool AreAny => Key is not null;

    public IReadOnlyList<DkimSigningKey> For(HeaderBlock header) => Key is { } key ? [key] : [];

    private DkimSigningKey? Current()
    {
        Settings now = settings();
        if (!now.Mail.DkimSign)
            return null;
        lock (_lock)
        {
            (string Domain, string Selector, string Path) source = (
                now.Mail.DkimDomain,
                now.Mail.DkimSelector,
                Path.Combine(now.CtrlDirectory, $"dkim_{now.Mail.DkimSelector}.pem")
            );
            if (_file is null || source != _source)
                (_source, _file) = (source, new ReloadedFile<Loaded>(source.Path, Load, CheckEvery, time));

            Loaded loaded = _file.Current;
            string fault =
                source.Domain.Length == 0 ? "DKIMDomain is blank"
                : _file.Fault.Length > 0 ? _file.Fault
                : loaded.Fault.Length > 0 ? $"{source.Path}: {loaded.Fault}"
                : "";
            Say(fault);
            // A file that cannot be read for a moment leaves the key as it was.
            return source.Domain.Length > 0 && loaded.Key is { } key
                ? new DkimSigningKey(MailAddress.Parse($"x@{source.Domain}").AsciiDomain, source.Selector, key)
                : null;
        }
    }

    /// <summary>Each trouble once.</summary>
    private void Say(string fault)
    {
        if (fault.Length > 0 && fault != _said)
            log.NoSigningKey(fault);
        _said = fault;
    }

    /// <summary>A key that was replaced may still be signing: it is left to the collector.</summary>
    private static Loaded Load(ReadOnlyMemory<byte> octets)
    {
        if (octets.IsEmpty)
            return new Loaded(null, "there is no key");
        return DkimPrivateKey.TryRead(Encoding.Latin1.GetString(octets.Span), out DkimPrivateKey? key, out string? fault)
            ? new Loaded(key, "")
            : new Loaded(null, fault);
    }

    private sealed record Loaded(DkimPrivateKey? Key, string Fault);
}
