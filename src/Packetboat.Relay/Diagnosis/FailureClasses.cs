using System.Collections.Frozen;

namespace Packetboat.Relay.Diagnosis;

/// <summary>The names of the classes, as files, listings and JSON have them.</summary>
public static class FailureClasses
{
    private static readonly FrozenDictionary<FailureClass, string> Words = new Dictionary<FailureClass, string>
    {
        [FailureClass.Unknown] = "unknown",
        [FailureClass.RecipientUnknown] = "recipient-unknown",
        [FailureClass.MailboxFull] = "mailbox-full",
        [FailureClass.Greylisted] = "greylisted",
        [FailureClass.RateLimited] = "rate-limited",
        [FailureClass.Port25Blocked] = "port-25-blocked",
        [FailureClass.HostDown] = "host-down",
        [FailureClass.Dns] = "dns",
        [FailureClass.TlsPolicy] = "tls-policy",
        [FailureClass.AddressReputation] = "address-reputation",
        [FailureClass.NoPtr] = "no-ptr",
        [FailureClass.AuthenticationMissing] = "authentication-missing",
        [FailureClass.ContentRefused] = "content-refused",
        [FailureClass.MessageTooLarge] = "message-too-large",
        [FailureClass.SenderRefused] = "sender-refused",
        [FailureClass.Account] = "account",
        [FailureClass.Policy] = "policy",
        [FailureClass.RequireTls] = "requiretls",
        [FailureClass.TlsGone] = "tls-gone",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, FailureClass> ByWord = Words.ToFrozenDictionary(
        pair => pair.Value,
        pair => pair.Key,
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>All of them, in the order of their values.</summary>
    public static IReadOnlyList<FailureClass> All { get; } = [.. Words.Keys.Order()];

    /// <summary>Such as <c>no-ptr</c>. A value that a newer version stored is <c>unknown</c>.</summary>
    public static string Word(this FailureClass cause) => Words.GetValueOrDefault(cause, Words[FailureClass.Unknown]);

    public static bool TryParse(string word, out FailureClass cause) => ByWord.TryGetValue(word, out cause);
}
