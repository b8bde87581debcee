using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["Action", "SenderDomain", "Account", "RecipientDomain", "Relay", "Tls"];

    [Theory]
    [InlineData("Recipient", "RecipientDomain")]
    [InlineData("sender", "SenderDomain")]
    [InlineData("RecipientDomian", "RecipientDomain")]
    [InlineData("Acount", "Account")]
    [InlineData("Nonsense", null)]
    [InlineData("", null)]
    public void What_was_meant_is_a_whole_of_which_it_is_the_beginning_or_the_one_with_the_fewest_letters_different(
        string mistyped,
        string? meant
    ) => Assert.Equal(meant, NearestName.Of(mistyped, Known));
}
