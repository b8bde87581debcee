using Packetboat.Protocol.Sasl;

namespace Packetboat.Relay.Hub;

/// <summary>The least that an account has to do when it signs in.</summary>
/// <param name="Mechanisms">One of these; empty: any that is offered.</param>
/// <param name="RequiresTls">Not in clear, from wherever it comes.</param>
public sealed record SignInRule(IReadOnlyList<string> Mechanisms, bool RequiresTls)
{
    public static SignInRule Any { get; } = new([], RequiresTls: false);

    /// <summary>The form of SCRAM that is tied to the connection is as good as the one that is not, and better.</summary>
    public bool AllowsMechanism(string mechanism) =>
        Mechanisms.Count == 0
        || Mechanisms.Contains(mechanism, StringComparer.Ordinal)
        || (
            mechanism == SaslMechanisms.ScramSha256Plus && Mechanisms.Contains(SaslMechanisms.ScramSha256, StringComparer.Ordinal)
        );

    public bool AllowsChannel(string tls) => tls.Length > 0 || !RequiresTls;

    public bool Allows(CredentialUse use) => AllowsMechanism(use.Mechanism) && AllowsChannel(use.Tls);
}
