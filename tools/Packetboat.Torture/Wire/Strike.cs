namespace Packetboat.Torture.Wire;

/// <summary>Where in a conversation the line is cut.</summary>
internal enum Phase
{
    Banner,
    Hello,
    StartTls,

    /// <summary>After the reply to STARTTLS, before TLS stands.</summary>
    Handshake,

    /// <summary>The second EHLO, within TLS.</summary>
    HelloInTls,
    Auth,
    Mail,
    Rcpt,
    Data,

    /// <summary>Within the message.</summary>
    Content,

    /// <summary>After the last octet of the message, before the reply to it is passed on.</summary>
    FinalDot,

    /// <summary>After the reply to the message was passed on.</summary>
    Accepted,
    Quit,
}

/// <summary>What is done there.</summary>
internal enum Blow
{
    /// <summary>The command is not passed on, and both sides see the other close.</summary>
    CutBefore,

    /// <summary>The command is passed on, its reply is not, and both sides see the other close.</summary>
    CutReply,

    /// <summary>As <see cref="CutReply"/>, with a reset: what is under way is lost.</summary>
    Reset,

    /// <summary>Nothing is passed on any more, and nobody closes.</summary>
    Silence,

    /// <summary>In the place of the reply, something that is none.</summary>
    Rubbish,

    /// <summary>The beginning of the reply, then a close.</summary>
    HalfReply,

    /// <summary>In the place of the reply, lines without a last one.</summary>
    EndlessReply,

    /// <summary>In the place of the reply, a line that does not end.</summary>
    EndlessLine,
}

/// <summary>What happens to one connection, and when.</summary>
/// <param name="Phase">Where.</param>
/// <param name="Blow">What.</param>
/// <param name="After">Messages that pass first.</param>
/// <param name="Octets">Within the message: after how many octets.</param>
/// <param name="Seconds">How long silence lasts, unless all that we test at its ends have hung up before.</param>
internal sealed record Strike(Phase Phase, Blow Blow, int After, int Octets, int Seconds)
{
    /// <summary><c>MaxInactivity</c> of the installations: what a client may be silent, and by which the times for a server shrink.</summary>
    public static readonly TimeSpan Inactivity = TimeSpan.FromSeconds(ShortSilence);

    private const int ShortSilence = 3;

    /// <summary>Longer than five times the inactivity, which is what the reply to a message has.</summary>
    private const int LongSilence = 18;

    /// <param name="dice">Random numbers.</param>
    /// <param name="isServerTormented">Whether the replies are the product's: those are not forged, only the client's side is.</param>
    /// <param name="signsIn">Whether there is an AUTH to be struck.</param>
    public static Strike Next(Random dice, bool isServerTormented, bool signsIn)
    {
        Phase[] phases = Phases(signsIn);
        Phase phase = phases[dice.Next(phases.Length)];
        Blow[] blows = Blows(phase, isServerTormented);
        return new Strike(
            phase,
            blows[dice.Next(blows.Length)],
            phase < Phase.Mail ? 0 : dice.Next(12),
            dice.Next(200_000),
            // As often longer than what the product allows as shorter.
            dice.Next(2) == 0
                ? dice.Next(1, ShortSilence)
                : LongSilence
        );
    }

    public static Phase[] Phases(bool signsIn) => [.. Enum.GetValues<Phase>().Where(phase => signsIn || phase != Phase.Auth)];

    public static Blow[] Blows(Phase phase, bool isServerTormented) =>
        phase switch
        {
            Phase.Content => [Blow.CutBefore, Blow.Reset, Blow.Silence],
            Phase.Accepted => [Blow.CutReply],
            Phase.Handshake when isServerTormented => [Blow.CutBefore, Blow.Reset, Blow.Silence],
            Phase.Handshake => [Blow.CutBefore, Blow.Reset, Blow.Silence, Blow.Rubbish, Blow.HalfReply],
            _ when isServerTormented => [Blow.CutBefore, Blow.CutReply, Blow.Reset, Blow.Silence],
            _ => Enum.GetValues<Blow>(),
        };
}
