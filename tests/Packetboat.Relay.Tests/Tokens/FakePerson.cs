using System.Net;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>Does what a test wants, and remembers what it was told.</summary>
internal sealed class FakePerson : ISignInPerson
{
    /// <summary>The address and the code.</summary>
    public string TypedIn { get; private set; } = "";

    public string WhyNoCode { get; private set; } = "";

    public Uri? Opened { get; private set; }

    /// <summary>What the browser shows at its end.</summary>
    public Func<string?> Bring { get; set; } = () => null;

    /// <summary>The fields of the address that was opened.</summary>
    public Dictionary<string, string> Fields =>
        Opened!
            .Query[1..]
            .Split('&')
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => WebUtility.UrlDecode(pair[1]));

    public void TypeIn(string address, string code) => TypedIn = $"{address} {code}";

    public void HearNoCode(string reason) => WhyNoCode = reason;

    public Task<string?> BringBackAsync(Uri address, CancellationToken ct)
    {
        Opened = address;
        return Task.FromResult(Bring());
    }
}
