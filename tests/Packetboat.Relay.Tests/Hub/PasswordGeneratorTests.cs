using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

public sealed class PasswordGeneratorTests
{
    [Fact]
    public void A_password_is_four_groups_of_five_without_lookalikes()
    {
        for (int i = 0; i < 200; i++)
            Assert.Matches("^[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}$", PasswordGenerator.Generate());
    }

    [Fact]
    public void Every_character_of_the_alphabet_is_used_and_no_password_twice()
    {
        string[] passwords = [.. Enumerable.Range(0, 500).Select(_ => PasswordGenerator.Generate())];

        Assert.Equal(31, passwords.SelectMany(p => p).Where(c => c != '-').Distinct().Count());
        Assert.Equal(500, passwords.Distinct(StringComparer.Ordinal).Count());
    }
}
